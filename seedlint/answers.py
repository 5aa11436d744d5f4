"""Answers to questions that lead to one another, some of them in circles.

What a circle has cut short depends on where the circle was entered, but on nothing else: it serves
again wherever it is entered at the same place. Inside of the circle other answers serve while the
question lasts by which it was entered, so that a circle costs no more than its length. So the order
of questions does not show in the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TypeVar

from seedlint.values import UNKNOWN, Values

MAX_DEPTH = 40

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


class Answers:
    """The answers to the questions of one project, each of which has a number."""

    def __init__(self) -> None:
        self._known: dict[int, Values] = {}
        self._settled: dict[int, tuple[Values, Set[object]]] = {}
        self._guesses: dict[int, Values] = {}
        # Those that are not answered yet, each with the number of those around it.
        self._open: dict[object, int] = {}
        self._cuts = 0
        self._outermost = MAX_DEPTH
        self._passed: list[object] = []

    def find(self, key: int) -> Values | None:
        """The answer to the question ``key``, if that need not be worked out."""
        if key in self._known:
            return self._known[key]
        if key in self._settled:
            found, passed = self._settled[key]
            if passed.isdisjoint(self._open):
                self._cuts += 1
                return found
        if key in self._guesses:
            self._cuts += 1
            return self._guesses[key]
        if key in self._open or len(self._open) > MAX_DEPTH:
            self._cut(self._open.get(key, -1))
            return UNKNOWN
        return None

    def work_out(self, key: int, answer: Callable[[], Values]) -> Values:
        """The ``answer`` to the question ``key``, which leads to others."""
        depth, cuts, begin = len(self._open), self._cuts, len(self._passed)
        is_entered = not self._guesses
        outermost, self._outermost = self._outermost, MAX_DEPTH
        self._open[key] = depth
        try:
            found = answer()
        finally:
            del self._open[key]
            own, self._outermost = self._outermost, min(outermost, self._outermost)
        if self._cuts == cuts:
            self._known[key] = found
        elif is_entered and own >= depth:
            # What is around it is not led to from here, or it would have cut this short.
            self._settled[key] = (found, frozenset((key, *self._passed[begin:])))
            del self._passed[begin:]
            self._guesses.clear()
        else:
            self._passed.append(key)
            self._guesses[key] = found
        if not depth:
            self._passed.clear()
            self._guesses.clear()
        return found

    def unless_open(self, token: object, answer: Callable[[], Values]) -> Values:
        """The ``answer`` to a question that leads nowhere if it is open already."""
        if token in self._open:
            self._cut(self._open[token])
            return ()
        cuts = self._cuts
        self._open[token] = len(self._open)
        try:
            return answer()
        finally:
            del self._open[token]
            if self._cuts != cuts:
                self._passed.append(token)

    def lasting(
        self, known: dict[_Key, _Answer], key: _Key, answer: Callable[[], _Answer]
    ) -> _Answer:
        """What is ``known`` of ``key``, or ``answer``, kept there unless a circle cut it short."""
        found = known.get(key)
        if found is None:
            cuts = self._cuts
            found = answer()
            if self._cuts == cuts:
                known[key] = found
        return found

    def _cut(self, depth: int) -> None:
        """Take note that an answer was cut short at the open question that ``depth`` are around."""
        self._cuts += 1
        self._outermost = min(self._outermost, depth)
