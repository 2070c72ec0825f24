"""Airspace: geometry, altitude datums, volumes, the H3 index, zones, approval, deconfliction and the live picture.

Pure code: nothing here opens, awaits, sleeps, logs, reads the clock or draws random numbers.
"""
