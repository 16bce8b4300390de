"""Stand-ins for the services beyond our own, speaking their true wire formats over loopback."""
