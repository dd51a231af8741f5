"""The bulky immutable rest: frozen audiences, later events and evidence."""
