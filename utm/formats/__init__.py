"""Archives around foreign files: what the pure readers cannot do, because it needs streams."""
