"""Logistics of the service: carriers, batteries and crews, orders, and missions booked with everything they need."""
