"""Uploaded files: checked, kept outside the web root, served only by the page of what they belong to."""
