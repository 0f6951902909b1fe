"""Upstream: the analysis engine of the open prevention platform."""

__version__ = "0.1.0"
