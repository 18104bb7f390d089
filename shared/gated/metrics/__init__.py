"""What the applications report."""
