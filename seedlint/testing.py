"""The proof of ``seedlint verify``, for tests."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seedlint.formats.proving import table
from seedlint.model import SeedlintError
from seedlint.verify.model import STEPS
from seedlint.verify.target import prove


def assert_reproducible(
    build_model: Callable[..., Any] | str,
    arguments: Mapping[str, Any] | Sequence[Any] = (),
    steps: int = STEPS,
    timeout: float = 300,
) -> None:
    """Build a model in fresh processes; every layer must drop the same units in all of them.

    ``build_model`` is a function at the top of a module, or what ``seedlint verify`` takes; it
    returns a model, or a model and an example of its input. ``arguments`` (by name or in order)
    are what JSON can hold; each process has ``timeout`` seconds.

    Raises `AssertionError` with a table of all layers, and `SeedlintError` if nothing could be
    proved.
    """
    __tracebackhide__ = True
    target = build_model if isinstance(build_model, str) else target_of(build_model)
    proof = prove(target, arguments, steps, timeout, paths=sys.path)
    if not proof.holds:
        raise AssertionError(f"not every layer is reproducible\n{table(proof)}")


def target_of(function: Callable[..., Any]) -> str:
    """How a fresh process finds ``function``. Raises `SeedlintError` if it cannot."""
    name = getattr(function, "__qualname__", "<locals>")
    file = inspect.getsourcefile(function) if inspect.isfunction(function) else None
    if file is None or "<" in name:
        named = getattr(function, "__name__", repr(function))
        raise SeedlintError(f"`{named}` is no function at the top of a module")
    return f"{os.path.relpath(file)}:{name}"
