"""Simulation: drones that speak MAVLink, firms that file for them, scenarios and the demo city."""
