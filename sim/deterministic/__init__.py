"""The deterministic world: the real service in one process with simulated time, network, disk, vehicles and people.

Everything follows from one seed (`sim.deterministic.world.run_world`); what is replaced, and by what, is written in
docs/deterministic-world.md.
"""
