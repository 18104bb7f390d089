"""Run folders: what a training leaves, and others load."""
