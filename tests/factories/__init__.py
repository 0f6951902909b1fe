"""One factory a model of the web platform."""
