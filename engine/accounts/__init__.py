"""What is held at each venue, and what it cost."""
