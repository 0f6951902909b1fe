"""What a force published in July 2022, written out as our own data, and the cells that its own arithmetic disproves."""
