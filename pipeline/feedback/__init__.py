"""What is reported afterwards about mail that has left."""
