"""What is written of a generator, and how two of them are compared: plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seedlint.model import SeedlintError

Record = dict[str, Any]
"""One generator: ``kind``, what must be equal in both runs, and ``state``, which is set again."""


class StateError(SeedlintError):
    """A state that cannot be taken, or that does not fit; nothing has been changed."""


def differences(saved: Mapping[str, Record], here: Mapping[str, Record]) -> Iterator[str]:
    """What keeps ``saved`` from being set ``here``, by the name of each generator."""
    for name, record in saved.items():
        if name in here:
            yield from _unequal(name, record, here[name])
        else:
            yield f"{_titled(name, record)} is in the saved state only"
    for name, record in here.items():
        if name not in saved:
            yield f"{_titled(name, record)} is not in the saved state"


def _unequal(name: str, saved: Record, here: Record) -> Iterator[str]:
    for word in sorted((saved.keys() | here.keys()) - {"state"}):
        if saved.get(word) != here.get(word):
            yield (
                f"`{name}` has the {word} {saved.get(word)} in the saved state, "
                f"{here.get(word)} here"
            )
    if _shape(saved.get("state")) != _shape(here["state"]):
        yield f"the saved state of `{name}` has another shape"


def _titled(name: str, record: Record) -> str:
    return f"`{name}` ({record.get('class', record.get('kind'))})"


def _shape(state: object) -> object:
    """All of ``state`` but its numbers."""
    if isinstance(state, Mapping):
        return {key: _shape(value) for key, value in state.items()}
    if isinstance(state, list):
        return [_shape(value) for value in state]
    # Python keeps `None` until it has a number for the next `gauss()`.
    return state if isinstance(state, str) else float if state is None else type(state)
