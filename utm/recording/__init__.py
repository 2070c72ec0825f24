"""Recording: every position and event, off the hot path, into compressed columns that can be read back and replayed."""
