"""From a committed change to a client's socket: numbering, nudging, recovery and delivery; imports nothing else of ours."""
