"""The Hexlane service: composition root, HTTP and WebSocket API, store, live hub and command line."""

__version__ = "0.1.0"
