"""Who said yes."""
