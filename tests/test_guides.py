"""How guides are read: commands and what they print, and code that changes files."""

from __future__ import annotations

import pytest

from tests.guides import Command, Edit, GuideFault, edited, matches, steps_of

GUIDE = """# A guide

<!-- wait: it is there -->
<!-- exit: 1 -->

```console
$ one --two
said
  more
$ three
```

In `some/file.py`, not `word`:

```python
x = 1
```

```diff
-x = 1
+x = 2
```

```
not a step
```
"""


def test_a_guide_is_its_commands_and_its_edits_in_order():
    assert steps_of(GUIDE) == [
        Command(7, "one --two", "said\n  more", wait="it is there", exit=1),
        Command(10, "three", "", exit=1),
        Edit(15, "some/file.py", "x = 1\n", is_diff=False),
        Edit(19, "some/file.py", "-x = 1\n+x = 2\n", is_diff=True),
    ]


def test_a_console_without_a_command_is_a_fault():
    with pytest.raises(GuideFault, match="line 1"):
        steps_of("```console\nonly output\n```\n")


@pytest.mark.parametrize(
    ("expected", "printed", "is_so"),
    [
        ("", "", True),
        ("a  b", "a     b  \n", True),
        ("a … c", "a anything at all c", True),
        ("a … c", "a\nc", False),
        ("…\nlast", "first\nsecond\nlast\n", True),
        ("…\nlast", "last\n", True),
        ("first", "first\nsecond", False),
        ("1 + 1 (sum)", "1 + 1 (sum)", True),
    ],
)
def test_what_is_printed_is_compared_line_by_line(expected, printed, is_so):
    assert matches(expected, printed) is is_so


def test_code_makes_a_file_or_grows_it():
    assert edited("", Edit(1, "f", "y\n", is_diff=False)) == "y\n"
    assert edited("x\n", Edit(1, "f", "y\n", is_diff=False)) == "x\n\n\ny\n"


def test_a_diff_changes_each_place_once():
    diff = Edit(1, "f", " a\n+b\n@@\n-c\n", is_diff=True)
    assert edited("a\nc\nd\n", diff) == "a\nb\nd\n"
    with pytest.raises(GuideFault, match="f has 2 times"):
        edited("a\na\nc\n", diff)
