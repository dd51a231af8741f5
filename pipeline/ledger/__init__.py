"""What has happened; never rewritten."""
