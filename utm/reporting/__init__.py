"""Dynamics reported to an outside platform, in the shape of MH/T 4053-2022."""
