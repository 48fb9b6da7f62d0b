"""The servers that are compared, each a process of its own: it says `ready`, then publishes what it is asked for."""
