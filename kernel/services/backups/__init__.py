"""The whole installation as one file, the same for either engine."""
