"""What is fast enough, with the command that measures it."""
