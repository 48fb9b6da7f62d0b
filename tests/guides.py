"""Reads a guide: the commands that it shows with what they should print, and the code that it adds to files; pure.

A block of kind `console` has lines `$ command`, each followed by its output, in which `…` stands for anything. Comments before
it say more: `<!-- wait: what -->`, `<!-- exit: 1 -->`, `<!-- not run: why -->`. Blocks of code belong to the file that was named
last in `backticks`: it is made, or grows at its end; a `diff` changes it in places that `@@` lines part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMMENT = re.compile(r"<!-- (wait|exit|not run): (.+) -->")
FENCE = re.compile(r"```(\w*)")
PATH = re.compile(r"`([\w./-]+/[\w.-]+\.\w+)`")
PROMPT = "$ "
CODE = frozenset({"python", "ts", "tsx"})


class GuideFault(Exception):
    """A guide cannot be followed; the message says where, and why."""


@dataclass(frozen=True, slots=True)
class Command:
    """`expected`: all that it prints, `…` for anything; `wait`: what must have come about before a block's first one."""

    line: int
    text: str
    expected: str
    wait: str = ""
    exit: int = 0
    not_run: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Code for the file at `path`; of a diff, `text` has its marked lines."""

    line: int
    path: str
    text: str
    is_diff: bool


Step = Command | Edit


@dataclass(frozen=True, slots=True)
class _Block:
    line: int
    kind: str
    lines: Sequence[str]
    before: Sequence[str]
    """The lines since the block before."""


def steps_of(guide: str) -> list[Step]:
    """What a reader does, in order."""
    steps: list[Step] = []
    path = ""
    for block in _blocks(guide):
        path = next(reversed(PATH.findall("\n".join(block.before))), path)
        if block.kind == "console":
            steps += _commands(block)
        elif block.kind in CODE or block.kind == "diff":
            steps.append(Edit(block.line, path, "\n".join(block.lines) + "\n", block.kind == "diff"))
    return steps


def _blocks(guide: str) -> Iterator[_Block]:
    before: list[str] = []
    inside: list[str] = []
    kind: str | None = None
    begin = 0
    for number, line in enumerate(guide.splitlines(), start=1):
        fence = FENCE.fullmatch(line)
        if fence is None:
            (before if kind is None else inside).append(line)
        elif kind is None:
            kind, begin, inside = fence[1], number, []
        else:
            yield _Block(begin, kind, inside, before)
            kind, before = None, []


def _commands(block: _Block) -> Iterator[Command]:
    said = dict(found.groups() for line in block.before if (found := COMMENT.fullmatch(line)))
    if not block.lines or not block.lines[0].startswith(PROMPT):
        raise GuideFault(f"line {block.line}: a console begins with a command")
    starts = [number for number, line in enumerate(block.lines) if line.startswith(PROMPT)]
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        yield Command(
            line=block.line + start + 1,
            text=block.lines[start].removeprefix(PROMPT),
            expected="\n".join(block.lines[start + 1 : end]),
            wait=said.get("wait", "") if start == 0 else "",
            exit=int(said.get("exit", "0")),
            not_run=said.get("not run", ""),
        )


def matches(expected: str, printed: str) -> bool:
    """Whether it printed this; how columns are filled up with blanks does not matter."""
    lines = [r"(?:.*\n)*" if line == "…" else f"{_pattern(line)}\n" for line in _plain(expected)]
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in _plain(printed))) is not None


def _pattern(line: str) -> str:
    return r"[^\n]*".join(map(re.escape, line.split("…")))


def _plain(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip("\n").splitlines()]


def edited(before: str, edit: Edit) -> str:
    """The file's text after an edit. GuideFault where what a diff changes is not there, or not only once."""
    if not edit.is_diff:
        return f"{before}\n\n{edit.text}" if before else edit.text
    for hunk in re.split(r"^@@.*\n", edit.text, flags=re.MULTILINE):
        old, new = _side(hunk, " -"), _side(hunk, " +")
        if before.count(old) != 1:
            raise GuideFault(f"line {edit.line}: {edit.path} has {before.count(old)} times:\n{old}")
        before = before.replace(old, new)
    return before


def _side(hunk: str, marks: str) -> str:
    return "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[:1] in marks)
