"""Which quantity of what is guarded at which cost, and what changes that."""
