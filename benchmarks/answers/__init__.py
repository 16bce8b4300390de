"""What reading and judging the answers of models costs."""
