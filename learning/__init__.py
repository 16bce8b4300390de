"""Blueprints, quizzes and flashcards, and their generation."""
