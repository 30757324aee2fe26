"""What it means: questions put to a record, each a pure function."""
