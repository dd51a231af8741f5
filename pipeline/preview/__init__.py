"""What it will look like."""
