"""Training: from options and a corpus to a run folder."""
