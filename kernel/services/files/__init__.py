"""Files: taken in, handed out to those who may see them, held by records and comments, swept."""
