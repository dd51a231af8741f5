"""What each of them gets."""
