"""What a price is: quotes, marks, USD values and what trading costs."""
