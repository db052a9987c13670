"""From marks to pictures."""
