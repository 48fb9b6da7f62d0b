"""What can go wrong with calendars.

CalendarFault
├── CorrectionFault     a row of corrections.toml is broken: mend the line it names
├── ScheduleFault       a schedule file is broken: mend the line it names, or build it anew
├── DisagreementFault   the libraries disagree and nobody has ruled: add a ruling with its source
├── BuildFault          the build's process failed: its last words are the message
├── UnknownVenue        no venue has this MIC
└── BeyondSchedule      nothing is known for this time: the message says for which times something is
"""

from __future__ import annotations


class CalendarFault(Exception):
    """Something is wrong with a calendar; the message says what and where."""


class CorrectionFault(CalendarFault):
    """A row of the corrections is broken: mend the line that the message names."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"corrections.toml:{line}: {problem}")
        self.line = line


class ScheduleFault(CalendarFault):
    """A schedule file is broken: mend the line that the message names, or build the file anew."""

    def __init__(self, name: str, line: int, problem: str) -> None:
        super().__init__(f"{name}:{line}: {problem}")


class DisagreementFault(CalendarFault):
    """The libraries disagree about days that no ruling covers: add one to corrections.toml, with its source."""


class BuildFault(CalendarFault):
    """The process that builds the calendars failed; the message is what it said."""


class UnknownVenue(CalendarFault):
    """No venue has this MIC: ask for one of those that the message lists."""

    def __init__(self, mic: str, known: list[str]) -> None:
        super().__init__(f"no venue has the MIC {mic}; known are {', '.join(known)}")
        self.mic = mic


class BeyondSchedule(CalendarFault):
    """Nothing is stored for this time: build the range, or ask within the one that the message gives."""
