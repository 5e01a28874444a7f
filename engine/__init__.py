"""The trading: what is owned, what is guarded, what leaves for a venue; it knows no chat."""
