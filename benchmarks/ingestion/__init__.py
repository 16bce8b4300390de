"""What it costs and what it yields to read the files that teachers upload."""
