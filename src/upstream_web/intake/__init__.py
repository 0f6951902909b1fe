"""What comes in from outside in workbooks: batches, rows and what became of each, mappings of columns, quarantine.

Each area that takes something in says what its columns are and makes its own rows; here is what they share.
"""
