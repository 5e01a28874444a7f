"""Request numbers that never run backwards, kept in the database."""
