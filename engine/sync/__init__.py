"""After each reading of an account: its guards follow what is held, and its owner is asked and told."""
