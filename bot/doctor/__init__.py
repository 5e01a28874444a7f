"""What `nija doctor` looks at and says."""
