"""A comment silences nothing.

## What it does
Finds `# seedlint: ignore` comments, `# seedlint: ignore-file` comments and `# noqa` comments with
an `SDL` code that silence no finding, or of whose codes some silence none. A bare `# noqa` is left
alone: it may be meant for another tool. A comment that names SDL100 itself is never reported.
Where only some files of a project are linted, what stands in a function may be joined with others
by a file that is not: a comment there without a code, or with SDL002 or SDL005, may be of use.

## Why is this bad?
The defect that the comment excused is gone, or was never there. Left in place, the comment hides
the next one.

## Example
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)  # seedlint: ignore[SDL001]
```

## Use instead
```python
x = keras.layers.Dropout(0.5, seed=1337)(x)
```

## Fix safety
Safe: only the comment goes, or those of its codes that silence nothing. A reason behind it, other
comments on its line and the codes of other tools stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedlint.facts import Silence
from seedlint.layout import Lines, text_in
from seedlint.model import Applicability, Edit, Finding, Fix, Position, Span
from seedlint.project import Project
from seedlint.rule import Rule, example

CODE = re.compile(r"(?P<word>[^,\s\]]+)[,\s]*")
# What may stand between a comment and the reason for it.
MARKS = " \t,;:.-\N{EN DASH}\N{EM DASH}"


def check(project: Project) -> Iterator[Finding]:
    """Nothing: what a comment silences is known only when all other rules have spoken."""
    return iter(())


def finding(path: str, silence: Silence, unused: Sequence[str], lines: Lines) -> Finding:
    """The finding for ``silence`` in the file ``path``, whose lines are ``lines``.

    No ``unused`` codes means all of it.
    """
    codes = ", ".join(f"`{code}`" for code in unused)
    what = f"{codes} silences nothing here" if codes else "this comment silences nothing"
    span, text = _without(silence, unused, lines) if unused else _removed(silence.span, lines)
    told = f"Remove {codes or 'the comment'}"
    fix = Fix(told, Applicability.SAFE, (Edit(path, span, text),))
    return Finding(path, silence.span, RULE.code, RULE.name, what, (), RULE.severity, fix)


def _without(silence: Silence, unused: Sequence[str], lines: Lines) -> tuple[Span, str]:
    """The codes of ``silence``, of which the ``unused`` ones go."""
    text = text_in(lines, silence.span)
    found = list(CODE.finditer(text, text.rfind(":" if silence.form == "noqa" else "[") + 1))
    kept = [code.group() for code in found if code["word"].upper() not in unused]
    start = silence.span.start
    places = (found[0].start(), found[-1].end("word"))
    first, last = (Position(start.line, start.column + place) for place in places)
    return Span(first, last), "".join(kept).rstrip(", \t")


def _removed(span: Span, lines: Lines) -> tuple[Span, str]:
    """What goes with the comment at ``span``: blanks, or its line; other comments stay."""
    line, start = span.start.line, span.start.column - 1
    text = lines[line - 1]
    before, after = text[:start].rstrip(), text[span.end.column - 1 :].lstrip(MARKS)
    if after:
        return _between(line, start, len(text) - len(after)), "" if after[0] == "#" else "# "
    if before:
        return _between(line, len(before), len(text)), ""
    if line < len(lines):
        return Span(Position(line, 1), Position(line + 1, 1)), ""
    return _between(line, 0, len(text)), ""


def _between(line: int, start: int, end: int) -> Span:
    return Span(Position(line, start + 1), Position(line, end + 1))


SILENT = (
    example(
        "comments that silence something",
        """
from keras.layers import Dropout

a = Dropout(0.5)  # seedlint: ignore[SDL001] the demo shows the difference
b = Dropout(0.5)  # seedlint: ignore
c = Dropout(0.5)  # noqa: SDL001
d = Dropout(0.5)  # noqa
e = Dropout(
    0.5,
)  # seedlint: ignore[SDL001]
f = Dropout(0.5, seed=1)  # seedlint: ignore[SDL001, SDL100]
""",
    ),
    example(
        "noqa for other tools",
        """
import os  # noqa: F401
import sys  # noqa
text = "# seedlint: ignore"
""",
    ),
    example(
        "a whole file",
        """
# seedlint: ignore-file[SDL001] generated
from keras.layers import Dropout

a = Dropout(0.5)
""",
    ),
)

CAUGHT = (
    example(
        "nothing to silence",
        """
from keras.layers import Dropout

a = Dropout(0.5, seed=1)  # seedlint: ignore[SDL001] # SDL100
b = Dropout(0.5, seed=2)  # seedlint: ignore # SDL100
c = Dropout(0.5, seed=3)  # noqa: SDL001 # SDL100
""",
        fixed="""
from keras.layers import Dropout

a = Dropout(0.5, seed=1)  # SDL100
b = Dropout(0.5, seed=2)  # SDL100
c = Dropout(0.5, seed=3)  # SDL100
""",
    ),
    example(
        "some of several codes",
        """
from keras.layers import Dropout

a = Dropout(0.5)  # seedlint: ignore[SDL001, SDL999] # SDL100
b = Dropout(0.5, seed=2)  # noqa: E501, SDL001 # SDL100
""",
        fixed="""
from keras.layers import Dropout

a = Dropout(0.5)  # seedlint: ignore[SDL001] # SDL100
b = Dropout(0.5, seed=2)  # noqa: E501 # SDL100
""",
    ),
    example(
        "a file without findings",
        """
# seedlint: ignore-file # SDL100
from keras.layers import Dropout

a = Dropout(0.5, seed=1)
""",
        fixed="""
# SDL100
from keras.layers import Dropout

a = Dropout(0.5, seed=1)
""",
    ),
)

RULE = Rule("SDL100", "unused-suppression", __doc__, check, SILENT, CAUGHT)
