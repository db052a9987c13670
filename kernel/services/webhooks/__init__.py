"""Webhooks: events sent to addresses of people's choice."""
