"""The word index behind search: the same on every database, for words are cut and ordered here."""
