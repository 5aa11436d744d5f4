"""Who makes facts of texts: this process, or others where that is quicker or safer.

A worker that dies, or that takes too long, costs the one text that it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from seedlint import jobs
from seedlint.hazards import is_hazardous
from seedlint.model import Position, Problem

if TYPE_CHECKING:
    from seedlint.staff import Cluster, Result, Staff

K = TypeVar("K")

SECONDS = 20.0
# In characters. A million take 0.25 s, and to hand over what is found takes two thirds of that: on
# two cores workers pay from here on, and later where a process has to load everything first.
WORTHWHILE = {"fork": 4_000_000, "forkserver": 6_000_000, "spawn": 6_000_000}


class Crew:
    """Makes facts of texts, in up to ``count`` processes here, or in those of ``cluster``.

    A text gets ``seconds``. ``method`` is how a process is started. Within a ``with``, workers stay
    for the next texts.
    """

    def __init__(
        self,
        count: int = 1,
        seconds: float = SECONDS,
        method: str | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._cluster = cluster
        self._method = method
        self._staff: Staff | None = None
        self._stays = False

    def __enter__(self) -> Crew:
        self._stays = True
        return self

    def __exit__(self, *raised: object) -> None:
        self._stays = False
        self.dismiss()

    def dismiss(self) -> None:
        """Let go of all processes here, until some are needed again."""
        if self._staff is not None:
            self._staff.dismiss()

    def facts(self, texts: Mapping[K, str]) -> Iterator[tuple[K, Result]]:
        """What is found in each of ``texts``, by their keys, as it comes to be known."""
        try:
            if self._pays(texts):
                yield from self._hired().facts(texts)
            else:
                for key, text in texts.items():
                    yield key, jobs.safe_facts(text) or self._carefully(text)
        finally:
            if not self._stays:
                self.dismiss()

    def refusal(self, text: str) -> tuple[str, Position] | None:
        """What keeps ``text`` from being parsed, and where."""
        if not is_hazardous(text):
            return jobs.refusal_of(text)
        found = self._hired().isolated(jobs.refusal_in_time, text)
        return (found.message, Position(1, 1)) if isinstance(found, Problem) else found

    def _hired(self) -> Staff:
        # It takes as long to load as to make facts of ten files.
        from seedlint.staff import Staff

        if self._staff is None:
            self._staff = Staff(self._count, self._seconds, self._method, self._cluster)
        return self._staff

    def _pays(self, texts: Mapping[K, str]) -> bool:
        """Whether others shall make facts of ``texts``."""
        if self._cluster is not None or (self._staff is not None and self._staff.is_there):
            return True
        size = sum(map(len, texts.values()))
        if self._count == 1 or size <= min(WORTHWHILE.values()):
            return False
        return size > WORTHWHILE[self._hired().method]

    def _carefully(self, text: str) -> Result:
        if is_hazardous(text):
            return self._hired().alone(text)
        return jobs.facts_of(text, grafted=False)
