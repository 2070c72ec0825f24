"""Dispatch: logistics sites, fleet, energy, routes in the corridor network, slots and orders. Pure code."""
