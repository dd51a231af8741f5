"""Mail leaves the building."""
