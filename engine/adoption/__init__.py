"""Which account at a venue ours is, and what happens to its rows when the key or the owner changes."""
