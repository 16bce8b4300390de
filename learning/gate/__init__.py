"""The quality gate of quiz questions and flashcards."""
