"""The LLM routes."""
