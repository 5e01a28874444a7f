"""Pure rendering: an engine value in, a screen of text and buttons out; knows nothing of Telegram's library."""
