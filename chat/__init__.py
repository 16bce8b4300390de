"""Grounded chat: sessions, messages, compaction and engines."""
