"""The picture people look at: every position with its entry, mark, result and guard."""
