"""May it go out."""
