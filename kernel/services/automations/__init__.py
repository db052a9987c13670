"""Automations: defined, begun by events and moments, run step by step."""
