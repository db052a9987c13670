"""Public forms: whoever has the address adds a record, without signing in."""
