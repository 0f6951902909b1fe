"""The only door of the site to the engine's measures and report pages."""
