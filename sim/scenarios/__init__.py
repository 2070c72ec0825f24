"""Scenarios as readable YAML: a fleet, its traffic, the weather, what goes wrong when, and what must come of it."""
