"""Which Keras a project's dependency pins ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from seedlint.catalogue import KerasVersion

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
    r"""(?:^|["']|-[ ])\s*(?P<name>tensorflow(?:[-_](?:cpu|gpu|intel|macos))?|tf[-_]keras|keras)
        (?![\w-])(?:\[[\w,\s-]*\])?["']?\s*(?:=\s*\{\s*version)?\s*=?\s*["']?\s*\(?
        (?P<spec>(?:(?:[<>=!~^]=?=?)?\s*\d[\d.*]*\s*,?\s*)*)""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
CLAUSE = re.compile(r"(?P<op>[<>=!~^]=?=?)?\s*(?P<version>\d[\d.*]*)")


def keras_version(root: Path) -> KerasVersion | None:
    """The Keras that the requirements of the project at ``root`` resolve to, if they tell.

    TensorFlow 2.16 is the first whose ``tf.keras`` is Keras 3.
    """
    found: dict[str, KerasVersion | None] = {}
    for text in _texts(root):
        for match in PIN.finditer(text):
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
                yield path.read_text("utf-8", errors="replace")
            except OSError:
                continue


def _side(spec: str, limit: tuple[int, ...]) -> KerasVersion | None:
    """2 if ``spec`` allows only versions below ``limit``, 3 if only others, else ``None``."""
    for clause in CLAUSE.finditer(spec):
        numbers = tuple(int(number) for number in re.findall(r"\d+", clause["version"]))
        if not numbers:
            continue
        op = clause["op"] or "=="
        if numbers[: len(limit)] >= limit:
            if op in (">=", ">", "=", "==", "===", "~=", "~", "^"):
                return 3
            if op == "<" and numbers <= limit:
                return 2
        elif _ceiling(op, numbers) <= limit:
            return 2
    return None


def _ceiling(op: str, numbers: tuple[int, ...]) -> tuple[float, ...]:
    """The first version that a clause with ``op`` excludes: ``~=2.12`` all from 3 on."""
    match op:
        case "<" | "<=" | "=" | "==" | "===":
            return numbers
        case "~=" if len(numbers) > 1:
            return (*numbers[:-2], numbers[-2] + 1)
        case "~":
            return (*numbers[:1], *(number + 1 for number in numbers[1:2]))
        case "^":
            return (numbers[0] + 1,)
    return (float("inf"),)
