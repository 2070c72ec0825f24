"""Foreign file formats of zones and routes, read and written: bytes to values with every problem, and back; pure."""
