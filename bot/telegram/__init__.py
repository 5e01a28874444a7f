"""The connection to Telegram: updates in, retries, pauses and polling."""
