"""A real client of both transports: gathers, look by look, what the gate judges."""
