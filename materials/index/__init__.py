"""Our own index of the platform's chunks: their words in `stem.chunk_words`, and copies of their
vectors that are quick to read in `stem.chunk_vectors`.

The platform's worker writes chunks beside us and knows nothing of the index, so it is never taken
for complete: a search looks through every chunk that has no valid row, as slowly as it must, and
asks for the row to be made (`repair`). Rows whose chunk is gone are never found, and swept.
"""
