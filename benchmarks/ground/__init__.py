"""What hangs, and what must go on beside it."""
