"""Users, their roles, their accounts and their sealed keys."""
