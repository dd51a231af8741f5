"""The words; they import nothing of ours."""
