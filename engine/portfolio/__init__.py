"""Every position with its entry, mark, result and guard."""
