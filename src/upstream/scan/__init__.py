"""What is happening, and where: places and days that stand out, and the signals that a person is shown."""
