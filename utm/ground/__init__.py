"""People on the ground: the population grid, the limits of ground risk, and noise."""
