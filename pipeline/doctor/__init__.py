"""Whether everything around a delivery is set up as it must be."""
