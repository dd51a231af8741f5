"""What is written in git."""
