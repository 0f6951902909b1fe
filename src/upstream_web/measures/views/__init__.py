"""The performance pages."""
