"""Figures as data for pages."""
