"""An order's whole life: written down before it is sent, resolved by the venue's answers, followed to its fills."""
