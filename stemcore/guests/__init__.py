"""What guests may use of the AI: sandbox, quota and slot."""
