"""Mail campaigns as code: checked in a pull request, delivered by the merge, stopped by a revert."""
