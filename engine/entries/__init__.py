"""What precedes a buy: gates, halts and the broker it should go to after fees."""
