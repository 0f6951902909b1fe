"""Exploring what the records say of places: which need most, of what type they are, where posts could go."""
