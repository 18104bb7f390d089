"""Translation, and any other problem of a sequence in and another out."""
