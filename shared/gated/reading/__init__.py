"""Files in the formats that people have, and lists of examples that are in files."""
