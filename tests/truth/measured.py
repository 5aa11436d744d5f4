"""What an example did in each of two processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Lines = frozenset[str]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the example, with what it built for itself. ``streams`` are what it draws.

    ``key`` is the ``probe`` of its draws. ``models`` are those that it is in. ``inert``: its rates
    are 0. ``mirrored``: both its directions draw the same. ``bent``: another seed draws the same.
    ``error`` is what training it raised.
    """

    name: str
    lines: Lines
    streams: tuple[str, ...]
    key: str = ""
    models: tuple[str, ...] = ()
    inert: bool = False
    augments: bool = False
    mirrored: bool = False
    bent: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw by an op: ``value`` is what came out, ``stream`` what its seeds draw in a graph.

    ``probe`` is the layer that was called when it happened, and ``turn`` which call that was;
    both are empty if the example itself called. ``words`` are the functions it came through.
    """

    lines: Lines
    words: tuple[str, ...]
    in_layer: bool
    probe: str
    turn: str
    value: str
    stream: str

    @property
    def drops(self) -> bool:
        return any("dropout" in word for word in self.words)


@dataclass(frozen=True, slots=True)
class Failure:
    """``broken``: it came out of the construction of a layer."""

    lines: Lines
    text: str
    broken: bool
    probe: str
    turn: str

    @property
    def is_missing(self) -> bool:
        """Whether there is no such module or name, so that nothing has been tried."""
        return self.text.startswith(("ImportError", "ModuleNotFoundError", "NameError"))


@dataclass(frozen=True, slots=True)
class Program:
    """What one run of one file of an example did."""

    layers: tuple[Layer, ...]
    draws: tuple[Draw, ...]
    failures: tuple[Failure, ...]

    @property
    def sources(self) -> list[Layer]:
        """Its random layers, and its ops as if each were one."""
        ops = [
            Layer("op", draw.lines, (draw.stream,))
            for draw in self.draws
            if draw.drops and not draw.in_layer and draw.turn in {"", "0"} and draw.stream
        ]
        return [layer for layer in self.layers if layer.streams] + ops


Rounds = tuple[tuple[Program, ...], ...]
"""For each round: the programs of the example."""


@dataclass(frozen=True, slots=True)
class Case:
    """An example to judge.

    ``marked`` are the lines with the code of its rule, ``excused`` those that rules of the same
    kind catch. ``by_model``: layers of two models may draw the same.
    """

    marked: Lines
    excused: Lines
    runs: tuple[Rounds, Rounds]
    by_model: bool = True

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.runs[0][0]

    @property
    def pairs(self) -> list[tuple[Program, Program]]:
        """The same program in both processes, in each round."""
        return [
            pair for rounds in zip(*self.runs, strict=True) for pair in zip(*rounds, strict=True)
        ]

    def share(self, layer: Layer, other: Layer) -> bool:
        """Whether both draw the same, which they should not."""
        models = set(layer.models), set(other.models)
        apart = self.by_model and all(models) and models[0].isdisjoint(models[1])
        return not apart and not set(layer.streams).isdisjoint(other.streams)

    def is_silent(self, lines: Lines) -> bool:
        return not lines & (self.marked | self.excused)


def program(told: Mapping[str, Any]) -> Program:
    """A program as `tests.truth.child` tells of it."""
    return Program(
        tuple(Layer(**_frozen(layer)) for layer in told["layers"]),
        tuple(Draw(**_frozen(draw)) for draw in told["draws"]),
        tuple(Failure(**_frozen(failure)) for failure in told["failures"]),
    )


def _frozen(told: Mapping[str, Any]) -> dict[str, Any]:
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return {**told, **lists, "lines": frozenset(told["lines"])}
