"""Models that serve without this library."""
