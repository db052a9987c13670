"""Events: the outbox as a feed, and what carries it outwards."""
