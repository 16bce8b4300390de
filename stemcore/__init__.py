"""The project and what every app stands on; it knows no app."""
