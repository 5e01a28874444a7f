"""The schema of the database through time."""
