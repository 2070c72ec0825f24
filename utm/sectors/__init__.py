"""The city divided among positions: who owns which flight and alert, and how one gives them to another."""
