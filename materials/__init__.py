"""Course materials: extraction, chunking, ingestion and retrieval."""
