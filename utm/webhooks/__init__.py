"""Webhooks: events of the live feed (not positions) delivered to a firm's own server, signed, retried, replayable."""
