"""The shift log: what is written, what is carried over by itself, and both signatures."""
