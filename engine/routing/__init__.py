"""Which broker a trade should go to after fees, and why."""
