"""MAVLink bridge: codec, links and state machines (pure) and the UDP, TCP and serial transports around them."""
