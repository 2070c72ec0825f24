"""Data packs of cities, one folder each, and the reader of their files."""
