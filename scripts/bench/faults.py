"""Why the bench could not be run or finished; the message is one line for whoever started it."""


class BenchFault(Exception):
    """The message says what is missing or who failed."""
