"""What a program built, drew and raised, by the lines of the example that asked for it."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any


@dataclass(eq=False, slots=True)
class Made:
    """A layer. ``owner`` is the layer of a library that built it for itself.

    ``broken``: its construction failed. ``error`` is what training it raised.
    """

    layer: Any
    lines: frozenset[str]
    owner: Made | None
    arguments: tuple[object, ...]
    broken: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for something. ``words`` are the functions of libraries in between."""

    lines: frozenset[str]
    owner: Made | None
    words: tuple[str, ...]


@dataclass(slots=True)
class Log:
    """All about one program below ``folder``.

    While a layer is called from outside, ``probed`` is that layer, and its lines ask for everything
    that happens; ``turn`` says which call it is. So do the lines that made one of ``generators``
    for all that is drawn from it.
    """

    folder: str
    made: dict[int, Made] = field(default_factory=dict)
    generators: dict[int, tuple[object, frozenset[str]]] = field(default_factory=dict)
    draws: list[dict[str, object]] = field(default_factory=list)
    drawn: list[Asked] = field(default_factory=list)
    errors: list[dict[str, object]] = field(default_factory=list)
    probed: Made | None = None
    turn: str = ""

    def built(self, layer: Any, frame: FrameType, arguments: tuple[object, ...]) -> None:
        if self.turn == "graph":
            return
        asked = self._asked(frame, layer)
        self.made[id(layer)] = Made(layer, asked.lines, asked.owner, arguments)

    def seeded(self, generator: object, frame: FrameType) -> None:
        # To hold it keeps its number from another one.
        self.generators[id(generator)] = (generator, self._asked(frame).lines)

    def lines_of(self, generator: object) -> frozenset[str]:
        """The lines that made ``generator``."""
        return (
            self.generators[id(generator)][1] if id(generator) in self.generators else frozenset()
        )

    def drew(self, value: str, stream: Callable[[], str], frame: FrameType) -> None:
        """Note a draw of ``value``; ``stream`` is what the same seeds draw in a graph."""
        asked = self._asked(frame)
        if asked.lines:
            self.drawn.append(asked)
            self.draws.append(
                {
                    "lines": sorted(asked.lines),
                    "words": asked.words,
                    "in_layer": asked.owner is not None,
                    "probe": self._probe,
                    "turn": self.turn,
                    "value": value,
                    "stream": stream(),
                }
            )

    def failed(self, error: BaseException) -> None:
        """Note ``error``, and which layers it left half built."""
        lines = set(self.probed.lines) if self.probed is not None else set()
        broken = False
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename.startswith(self.folder):
                lines.add(self._line(frame, number))
            unborn = self.made.get(id(frame.f_locals.get("self")))
            if frame.f_code.co_name == "__init__" and unborn is not None:
                unborn.broken = broken = True
        self.errors.append(
            {
                "lines": sorted(lines),
                "text": said(error),
                "broken": broken,
                "probe": self._probe,
                "turn": self.turn,
            }
        )

    def holds(self, module: object) -> bool:
        """Whether ``module`` is one of the example."""
        return str(getattr(module, "__file__", None) or "").startswith(self.folder)

    def head(self, defined: Any) -> frozenset[str]:
        """The first line of a function or a class."""
        body = getattr(defined, "python_function", defined)
        _, number = inspect.getsourcelines(body)
        return frozenset({self._placed(inspect.getfile(body), number)})

    def has_drawn(self, function: FunctionType) -> bool:
        """Whether any line of ``function`` asked for a draw."""
        lines, start = inspect.getsourcelines(function)
        file = inspect.getfile(function)
        own = {self._placed(file, number) for number in range(start, start + len(lines))}
        return any(not own.isdisjoint(asked.lines) for asked in self.drawn)

    @property
    def _probe(self) -> str:
        return "" if self.probed is None else str(id(self.probed.layer))

    def _asked(self, frame: FrameType | None, newborn: object = None) -> Asked:
        """Who asks, seen from ``frame``; not ``newborn``, which is what is asked for."""
        lines: set[str] = set()
        words: list[str] = []
        drawn: set[str] = set()
        owner = None
        while frame is not None:
            if frame.f_code.co_filename.startswith(self.folder):
                lines.add(self._line(frame, frame.f_lineno))
            elif not lines:
                words.append(frame.f_code.co_name)
                drawn |= self.lines_of(frame.f_locals.get("seed"))
                me = frame.f_locals.get("self")
                if owner is None and me is not newborn:
                    owner = self.made.get(id(me))
            frame = frame.f_back
        for known in (owner, self.probed):
            lines |= known.lines if known is not None else set()
        return Asked(frozenset(lines | drawn if lines else lines), owner, tuple(words))

    def _line(self, frame: FrameType, number: int) -> str:
        return self._placed(frame.f_code.co_filename, number)

    def _placed(self, file: str, number: int) -> str:
        return f"{Path(file).relative_to(self.folder).as_posix()}:{number}"


def said(error: BaseException) -> str:
    """``error`` in a line; Keras puts what went wrong below a first one."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split("\n")
    told = [line.strip() for line in lines if line.strip()]
    if told[1:] and told[0].startswith("Exception encountered"):
        del told[0]
    return f"{type(error).__name__}: {' '.join(told[:1])[:160]}"
