"""Which Keras a project's dependency pins ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from seedlint.catalogue import KerasVersion
from seedlint.files import text

FILES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "requirements/*.txt",
    "environment*.y*ml",
    "Pipfile",
)
PIN = re.compile(
    r"""(?:^|["']|-[ ])[ \t]*(?P<name>tensorflow(?:[-_](?:cpu|gpu|intel|macos))?|tf[-_]keras|keras)
        (?![\w-])(?:\[[\w,\s-]*\])?["']?[ \t]*(?:=[ \t]*\{[ \t]*version)?
        [ \t]*=?[ \t]*["']?[ \t]*\(?
        (?P<spec>(?:(?:[<>=!~^]=?=?)?[ \t]*\d[\d.*]*[ \t]*,?[ \t]*)*)""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
Version = tuple[float, ...]
END: Version = (float("inf"),)
CLAUSE = re.compile(r"(?P<op>[<>=!~^]=?=?)?\s*(?P<version>\d[\d.*]*)")


def keras_version(root: Path) -> KerasVersion | None:
    """The Keras that the requirements of the project at ``root`` resolve to, if they tell.

    TensorFlow 2.16 is the first whose ``tf.keras`` is Keras 3.
    """
    found: dict[str, KerasVersion | None] = {}
    for requirements in _texts(root):
        for match in PIN.finditer(requirements):
            name = match["name"].lower().replace("_", "-")
            limit = (3,) if name == "keras" else (2, 16)
            side = _side(match["spec"], limit)
            if name == "tf-keras":
                found.setdefault("tf-keras", 2)
            elif side is not None:
                found.setdefault("keras" if name == "keras" else "tensorflow", side)
    return found.get("keras") or found.get("tf-keras") or found.get("tensorflow")


def _texts(root: Path) -> Iterator[str]:
    for pattern in FILES:
        for path in sorted(root.glob(pattern)):
            try:
                yield text(path)
            except OSError:
                continue


def _side(spec: str, limit: tuple[int, ...]) -> KerasVersion | None:
    """2 if ``spec`` allows only versions below ``limit``, 3 if only others, else ``None``."""
    ranges = [_range(clause["op"], clause["version"]) for clause in CLAUSE.finditer(spec)]
    if any(ceiling <= limit for _, ceiling in ranges):
        return 2
    return 3 if any(floor >= limit for floor, _ in ranges) else None


def _range(op: str | None, version: str) -> tuple[Version, Version]:
    """The first version that a clause allows, and the first beyond it: ``~=2.12`` is 2.12 to 3."""
    numbers = tuple(int(number) for number in re.findall(r"\d{1,9}", version))
    floor = _trimmed(numbers)
    match op:
        case "<":
            return (), floor
        case "<=":
            return (), (*floor, 0)
        case ">=" | ">":
            return floor, END
        case "~=":
            return floor, _next(numbers[:-1])
        case "~":
            return floor, _next(numbers[:2])
        case "^":
            return floor, _next(numbers[:1])
        case "==" | "===" if "*" not in version:
            return floor, (*floor, 0)
        case None | "=" | "==" | "===":
            return floor, _next(numbers)
    return (), END


def _trimmed(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """2.16.0 and 2.16 are one version."""
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return numbers


def _next(numbers: tuple[int, ...]) -> Version:
    return (*numbers[:-1], numbers[-1] + 1) if numbers else END
