"""Thor under faults, end to end: real processes, clients that keep what they saw, and a judgement at the end."""
