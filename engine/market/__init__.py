"""What a price is: quotes, marks and USD values."""
