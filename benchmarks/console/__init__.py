"""What the staff console costs, and what it costs the API beside it."""
