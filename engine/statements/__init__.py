"""What an account did over a period: what its sales brought, what its trades cost, and its fills as a file."""
