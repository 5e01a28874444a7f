"""The real bot in a process of its own, inside a sandbox: to chat with, and to watch its tour."""
