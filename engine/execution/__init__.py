"""Orders that are written down before they leave and settled by the venue's word."""
