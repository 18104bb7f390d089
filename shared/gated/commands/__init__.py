"""Commands: their options, what they read and write, how they end."""
