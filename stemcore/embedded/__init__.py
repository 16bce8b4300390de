"""Postgres in a box: the server, the platform's tables as our own SQL, the demo world."""
