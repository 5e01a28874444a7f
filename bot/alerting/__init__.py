"""The way of an alert to its reader: the outbox, the chat and the second channel."""
