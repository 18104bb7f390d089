"""Run folders, and the commands that make and read them."""
