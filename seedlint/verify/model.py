"""What fresh processes saw, and what follows: plain frozen data that goes to JSON and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from seedlint.model import SeedlintError

# Each of them builds and draws anew; in the last one, all else draws from the global generators.
PROCESSES = ("first", "second", "disturbed")
STEPS = 3

Json = dict[str, Any]


class Verdict(str, Enum):
    """What can be said of a layer, the worst first."""

    DIFFERS = "differs"
    FROZEN = "frozen"
    SAME_MASK = "same mask"
    GLOBAL_SEED_ONLY = "global-seed only"
    REPRODUCIBLE = "reproducible"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's code; columns count from 1 in code points, where Python tells them.

    ``function`` is the name of the function that the line is in.
    """

    path: str
    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    function: str = ""

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Mask:
    """What one draw gave at one step.

    ``digest`` is a fingerprint of all values, ``head`` the bytes of the first few, as hexadecimal
    digits. ``bits`` holds a bit for each of the first ``count`` units, in the order of the memory,
    also as hexadecimal digits: 1 where the unit is kept (of Gaussian noise: where it is positive).
    ``kept`` is the share of ones among all units.
    """

    shape: tuple[int, ...]
    kind: str
    digest: str
    head: str
    bits: str
    count: int
    kept: float


Masks = tuple[tuple[Mask, ...], ...]
"""For each step, for each draw in it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A layer, or a call outside of all layers, that drew in one process.

    ``cls`` is the class that the user's code builds, ``name`` the name of that layer, ``part`` the
    name of the layer inside it that draws, if it is another. ``built`` are the lines of the user's
    code by which it is built, from the inside out; ``drawn`` is the line that asks for the draw,
    where the user's own code does. ``op`` is what TensorFlow was asked for.
    """

    cls: str
    name: str
    part: str
    op: str
    rate: float | None
    seed: int | None
    built: tuple[Place, ...]
    drawn: Place | None
    masks: Masks

    @property
    def place(self) -> Place | None:
        """The line that a reader looks for first."""
        return self.drawn or next(iter(self.built), None)

    @property
    def caller(self) -> Place | None:
        """The next line outwards by which it is built; of a comprehension, its own is not."""
        if self.drawn is not None or not self.built:
            return None
        first = self.built[0]
        further = (one for one in self.built if (one.path, one.line) != (first.path, first.line))
        return next(further, None)

    @property
    def label(self) -> str:
        inner = f" ({self.part})" if self.part else ""
        return f"{self.cls} {self.name}{inner}".strip() or self.op


@dataclass(frozen=True, slots=True)
class Remark:
    """What the linter says of the same line; ``path`` and the position are those of its finding."""

    code: str
    message: str
    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Proved:
    """One layer in all processes.

    ``masks`` are those of each process, empty where it drew nothing there. ``twin`` is the index of
    the first layer with the same masks. ``source`` is the text of the line of ``place``.
    ``dispute`` says where linter and processes disagree.
    """

    watched: Watched
    verdict: Verdict
    masks: tuple[Masks, ...]
    twin: int | None = None
    source: str = ""
    remarks: tuple[Remark, ...] = ()
    dispute: str = ""

    @property
    def place(self) -> Place | None:
        return self.watched.place


def alike(layers: Sequence[Proved], index: int) -> tuple[int, ...]:
    """The indices of all layers with the masks of the layer ``index``, itself among them."""
    twin = layers[index].twin
    first = index if twin is None else twin
    return tuple(at for at, one in enumerate(layers) if first in (at, one.twin))


@dataclass(frozen=True, slots=True)
class Proof:
    """``target`` as the user named it, and all its layers that draw, in the order of the draws.

    ``command`` repeats the proof; ``versions`` are those of Python and of what was imported.
    """

    target: str
    command: str
    steps: int
    versions: Mapping[str, str]
    layers: tuple[Proved, ...]
    processes: tuple[str, ...] = PROCESSES

    @property
    def holds(self) -> bool:
        return all(layer.verdict is Verdict.REPRODUCIBLE for layer in self.layers)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many layers have each verdict, the worst first, without those that none has."""
        counts = Counter(layer.verdict for layer in self.layers)
        return {verdict: counts[verdict] for verdict in Verdict if counts[verdict]}

    def says(self, layer: Proved) -> str:
        """The verdict in words, with the place of the layer that has the same masks."""
        if layer.verdict is not Verdict.SAME_MASK or layer.twin is None:
            return layer.verdict.value
        return f"{layer.verdict.value} as {self.named(layer.twin)}"

    def named(self, index: int) -> str:
        """Where the layer ``index`` stands, and what it is if others stand there too."""
        other = self.layers[index].watched
        shared = [one for one in self.layers if one.place == other.place]
        return f"{other.place} ({other.label})" if len(shared) > 1 else str(other.place)


@dataclass(frozen=True, slots=True)
class Fault:
    """What kept a process from its work. ``stage`` is import, build or probe."""

    message: str
    stage: str = ""
    place: Place | None = None


class VerifyError(SeedlintError):
    """Nothing could be proved."""

    def __init__(self, fault: Fault) -> None:
        where = "" if fault.place is None else f"{fault.place}: "
        super().__init__(f"{where}{fault.message}")
        self.fault = fault


def to_json(thing: Proof | Watched | Fault) -> Json:
    """``thing`` as what `json` can write."""
    return asdict(thing)


def watched(told: Json) -> Watched:
    """A `Watched` as `to_json` wrote it."""
    return Watched(
        **{
            **told,
            "built": tuple(Place(**place) for place in told["built"]),
            "drawn": told["drawn"] and Place(**told["drawn"]),
            "masks": _masks(told["masks"]),
        }
    )


def proof(told: Json) -> Proof:
    """A `Proof` as `to_json` wrote it."""
    layers = (
        Proved(
            **{
                **layer,
                "watched": watched(layer["watched"]),
                "verdict": Verdict(layer["verdict"]),
                "masks": tuple(map(_masks, layer["masks"])),
                "remarks": tuple(Remark(**remark) for remark in layer["remarks"]),
            }
        )
        for layer in told["layers"]
    )
    return Proof(**{**told, "layers": tuple(layers), "processes": tuple(told["processes"])})


def fault(told: Json) -> Fault:
    """A `Fault` as `to_json` wrote it."""
    return Fault(told["message"], told["stage"], told["place"] and Place(**told["place"]))


def _masks(told: list[list[Json]]) -> Masks:
    return tuple(
        tuple(Mask(**{**mask, "shape": tuple(mask["shape"])}) for mask in step) for step in told
    )
