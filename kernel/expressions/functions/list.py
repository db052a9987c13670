"""Pending."""

FUNCTIONS = ()
