"""Records as files: CSV, Excel and JSON Lines, made in the background."""
