"""What the graph engine costs, and whether its memory stays small."""
