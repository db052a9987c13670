"""One change to all records that a filter finds, in the background."""
