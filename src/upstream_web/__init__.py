"""The web platform: one folder an area of work, over the engine in `upstream`."""
