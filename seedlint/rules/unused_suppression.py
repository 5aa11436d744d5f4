"""A comment silences nothing.

## What it does
Finds `# seedlint: ignore` comments, `# seedlint: ignore-file` comments and `# noqa` comments with
an `SDL` code that silence no finding, or of whose codes some silence none. A bare `# noqa` is left
alone: it may be meant for another tool. A comment that names SDL100 itself is never reported.

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
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedlint.facts import Silence
from seedlint.model import Finding
from seedlint.project import Project
from seedlint.rule import Rule, example


def check(project: Project) -> Iterator[Finding]:
    """Nothing: what a comment silences is known only when all other rules have spoken."""
    return iter(())


def finding(path: str, silence: Silence, unused: Sequence[str]) -> Finding:
    """The finding for ``silence`` in the file ``path``; no ``unused`` codes means all of it."""
    codes = ", ".join(f"`{code}`" for code in unused)
    what = f"{codes} silences nothing here" if codes else "this comment silences nothing"
    return Finding(path, silence.span, RULE.code, RULE.name, what, (), RULE.severity)


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
    ),
    example(
        "one of several codes",
        """
from keras.layers import Dropout

a = Dropout(0.5)  # seedlint: ignore[SDL001, SDL999] # SDL100
""",
    ),
    example(
        "a file without findings",
        """
# seedlint: ignore-file # SDL100
from keras.layers import Dropout

a = Dropout(0.5, seed=1)
""",
    ),
)

RULE = Rule("SDL100", "unused-suppression", __doc__, check, SILENT, CAUGHT)
