"""Deconfliction: exact 4D conflicts between plans, through an H3 x time index."""

from airspace.deconfliction.index import Conflict, ConflictIndex, pair_conflict, warm

__all__ = ["Conflict", "ConflictIndex", "pair_conflict", "warm"]
