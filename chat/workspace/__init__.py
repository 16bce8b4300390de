"""What the chat workspace shows and changes besides sending: sessions, participants, pages."""
