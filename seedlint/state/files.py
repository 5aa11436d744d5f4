"""A state in a file of its own: JSON, replaced in one step."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from seedlint.state.models import Generators, capture, restore
from seedlint.state.records import StateError
from seedlint.writing import create

Name = str | os.PathLike[str]


def save(model: Any, path: Name, *, generators: Generators | None = None) -> None:
    """Write what `capture` gives to ``path``, which holds the old state or the new at any moment.

    Raises `StateError` as `capture` does, and if ``path`` cannot be written.
    """
    state = capture(model, generators=generators)
    if refusal := create(local(path), json.dumps(state, indent=1).encode() + b"\n"):
        raise StateError(f"{os.fspath(path)}: {refusal}")


def load(model: Any, path: Name, *, generators: Generators | None = None) -> None:
    """`restore` what `save` wrote to ``path``.

    Raises `StateError`, which names ``path``, as `restore` does and for what is no JSON, and
    `OSError` if ``path`` cannot be read.
    """
    data = local(path).read_bytes()
    try:
        restore(model, json.loads(data), generators=generators)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise StateError(f"{os.fspath(path)}: not JSON: {error}") from None
    except StateError as error:
        raise StateError(f"{os.fspath(path)}: {error}") from None


def beside(checkpoint: Name) -> Path:
    """Where the state of ``checkpoint`` is kept: ``04.keras`` has ``04.keras.seeds.json``."""
    return local(f"{os.fspath(checkpoint)}.seeds.json")


def local(path: Name) -> Path:
    """``path``, unless it is the address of a storage that only TensorFlow reaches."""
    if "://" in os.fspath(path):
        raise StateError(f"{os.fspath(path)}: a state is kept in local files only")
    return Path(path)
