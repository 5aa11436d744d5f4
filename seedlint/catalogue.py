"""The random layers and ops that seedlint knows: those of ``catalogue.toml``.

That is for people; ``catalogue.json`` says the same, and is read in a twentieth of the time.

A name is looked up by the dotted path under which code reaches it: ``tf.keras.layers.Dropout``,
``keras.src.layers.regularization.dropout.Dropout`` and ``tf_keras.layers.Dropout`` are one row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from seedlint.data import dataclass, field, replace

KerasVersion = Literal[2, 3]


@dataclass(frozen=True, slots=True)
class Rate:
    """A parameter that says how much is dropped, or, if ``keep``, how much is kept.

    ``position`` does not count ``self``; ``None`` means keyword only. ``default`` is ``None`` where
    the parameter has to be given. With ``switch``, it only says whether the others count at all.
    """

    name: str
    position: int | None
    default: float | None
    keep: bool
    switch: bool = False

    @property
    def inert(self) -> float:
        """The value at which nothing is drawn (Keras 3.15: a rate of 0 makes no generator)."""
        return 1.0 if self.keep else 0.0


@dataclass(frozen=True, slots=True)
class Trap:
    """A parameter at ``position`` (without ``self``) where a reader expects another one."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Signature:
    """How one Keras version takes the seed; ``takes_seed`` is false where it takes none."""

    takes_seed: bool
    seed_name: str
    seed_position: int | None
    seed_required: bool
    rates: tuple[Rate, ...]
    traps: tuple[Trap, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiRow:
    """One name of the catalogue.

    One that is not ``wanted`` is judged as a stateless function; no further file is read for it.
    """

    key: str
    family: str
    draws: str
    mask: str | None
    historical: bool
    unseeded: str | None
    signatures: Mapping[str, Signature]
    wanted: bool = True

    @property
    def stateless(self) -> bool:
        """Whether it is a pure function of its seed."""
        return self.draws == "fixed"

    @property
    def mask_kind(self) -> str:
        """Equal seeds matter between rows for which this is the same."""
        return self.mask or self.key

    @property
    def seedable(self) -> bool:
        """Whether it takes a seed in some version."""
        return any(signature.takes_seed for signature in self.signatures.values())

    @property
    def name(self) -> str:
        """The last word: what a reader calls it."""
        return self.key.replace(":", ".").rpartition(".")[2]

    def generator(self, keras: KerasVersion) -> str:
        """The global generator from which an unseeded draw comes: python, numpy or tensorflow.

        Keras 3.15 seeds an unseeded layer from Python's `random` when the layer is built; tf_keras
        2.21 and plain TensorFlow 2.21 ops follow TensorFlow's global seed.
        """
        if self.unseeded is not None:
            return self.unseeded
        return "python" if self.draws in ("layer", "fixed") and keras == 3 else "tensorflow"

    def signature(self, keras: KerasVersion) -> Signature:
        """The signature under Keras ``keras``, or the only one there is."""
        found = self.signatures.get(f"keras{keras}") or self.signatures.get("any")
        return found or next(iter(self.signatures.values()))


@dataclass(frozen=True, slots=True)
class Source:
    """What draws numbers that another run does not repeat, unless it is seeded.

    ``kind`` is ``"global"`` for a draw from the global ``generator``, ``"generator"`` for one of
    its own, which takes its seed as its first argument, ``"changing"`` for what nothing can seed,
    ``"hash"`` for Python's salted hash.
    """

    kind: str
    generator: str


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All rows, and the module paths under which they are found.

    ``extra`` holds the keys of the rows that a project adds. ``seedings`` says which global
    generators a seeding function seeds, ``restorings`` which ones a function sets back, ``sources``
    what draws from them; ``switches`` are what else makes runs repeatable, once it is called.
    ``models`` are the last words of what joins layers, ``kinds`` says what calls give,
    ``generators`` of which class what they make is.
    """

    rows: Mapping[str, ApiRow]
    roots: Mapping[str, tuple[str, int | str]]
    marks: Mapping[str, tuple[str, ...]]
    lookalikes: frozenset[str]
    conventions: Mapping[str, str]
    seedings: Mapping[str, tuple[str, ...]]
    restorings: Mapping[str, tuple[str, ...]]
    switches: frozenset[str]
    sources: Mapping[str, Source]
    models: frozenset[str]
    kinds: Mapping[str, str]
    generators: Mapping[str, str]
    extra: tuple[str, ...] = ()
    _keys: dict[str, str | None] = field(default_factory=dict)

    def find(self, path: str) -> ApiRow | None:
        """The row of the API at dotted ``path``, or ``None``."""
        if path not in self._keys:
            self._keys[path] = self._key(path)
        key = self._keys[path]
        return None if key is None else self.rows.get(key)

    def keras_of(self, path: str) -> KerasVersion | None:
        """Which Keras the dotted ``path`` means, where the path alone tells."""
        root = self._root(path)
        version = None if root is None else self.roots[root][1]
        return 2 if version == 2 else 3 if version == 3 else None

    def marked(self, path: str) -> KerasVersion | None:
        """The Keras for which a file was written that uses ``path``, where only one has it."""
        root = self._root(path)
        if root is not None and self.roots[root][0] == "keras":
            path = f"keras{path[len(root) :]}"
        while path:
            if path in self._versions:
                return self._versions[path]
            path = path.rpartition(".")[0]
        return None

    @cached_property
    def _versions(self) -> Mapping[str, KerasVersion]:
        return {
            mark: 2 if version == "keras2" else 3
            for version, marks in self.marks.items()
            for mark in marks
        }

    def seeds(self, path: str) -> tuple[str, ...]:
        """The global generators that a call of ``path`` seeds: python, numpy, tensorflow."""
        return self.seedings.get(path) or self.seedings.get(self._key(path) or "", ())

    def settles(self, path: str) -> tuple[str, ...]:
        """The global generators that a call of ``path`` seeds, or sets to a state of before."""
        return self.seeds(path) or self.restorings.get(path, ())

    def kind(self, path: str) -> str | None:
        """What kind of a thing a call of ``path`` gives, if it is known."""
        return self.kinds.get(path) or self.kinds.get(self._key(path) or "")

    def is_keras(self, path: str) -> bool:
        """Whether ``path`` lies in Keras, under whatever name."""
        root = self._root(path)
        return root is not None and self.roots[root][0] == "keras"

    def makes_model(self, path: str) -> bool:
        """Whether a call of ``path`` joins layers into a model."""
        return self.is_keras(path) and path.rpartition(".")[2] in self.models

    def is_layer(self, path: str) -> bool:
        """Whether ``path`` is Keras's `Layer`, `Model` or one of its layers."""
        root = self._root(path)
        if root is None or self.roots[root][0] != "keras":
            return False
        area, _, name = path[len(root) + 1 :].partition(".")
        last = (name or area).rpartition(".")[2]
        return area == "layers" or last == "Layer" or last in self.models

    def knows(self, path: str) -> bool:
        """Whether ``path`` is an API of the catalogue, or a module on the way to one."""
        return path in self._modules or self.find(path) is not None

    def is_root(self, name: str) -> bool:
        """Whether ``name`` is a top-level package that holds APIs of the catalogue."""
        return "." not in name and name in self._modules

    @cached_property
    def _modules(self) -> frozenset[str]:
        areas = {key.partition(":")[2].partition(".")[0] for key in self.rows if ":" in key}
        paths = {f"{root}.{area}" for root in self.roots for area in areas}
        paths.update(key.rpartition(".")[0] for key in self.rows if ":" not in key)
        return frozenset(prefix for path in paths for prefix in _prefixes(path))

    @cached_property
    def row_words(self) -> frozenset[str]:
        """The last words of all rows."""
        return frozenset(re.split(r"[:.]", key)[-1] for key in self.rows)

    @cached_property
    def path_words(self) -> frozenset[str]:
        """The last words of all rows, and of the modules on the way to them."""
        return self.row_words.union(path.rpartition(".")[2] for path in self._modules)

    @cached_property
    def settling_words(self) -> frozenset[str]:
        """The last words of all that seeds a global generator, or sets it back."""
        paths = (*self.seedings, *self.restorings)
        return frozenset(path.rpartition(".")[2].rpartition(":")[2] for path in paths)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last words of all that is told of calls; marks count, because they tell a version."""
        paths = (
            *self.seedings,
            *self.restorings,
            *self.sources,
            *self.kinds,
            *self.switches,
            *(mark for marks in self.marks.values() for mark in marks),
        )
        last = (path.rpartition(".")[2].rpartition(":")[2] for path in paths)
        return self.row_words.union(self.models, last)

    def _root(self, path: str) -> str | None:
        while path:
            if path in self.roots:
                return path
            path = path.rpartition(".")[0]
        return None

    def _key(self, path: str) -> str | None:
        if path in self.rows:
            return path
        root = self._root(path)
        if root is None:
            return None
        area, _, rest = path[len(root) + 1 :].partition(".")
        return f"{self.roots[root][0]}:{area}.{rest.rpartition('.')[2]}" if rest else None

    def limited_to(
        self, families: Iterable[str], extra: Iterable[ApiRow] = (), stateless: bool = False
    ) -> Catalogue:
        """The same catalogue with the rows of ``families`` and the project's ``extra`` ones.

        With ``stateless``, also those of all stateless functions, which are then not wanted.
        """
        wanted = frozenset(families)
        rows = {
            key: row if row.family in wanted else replace(row, wanted=False)
            for key, row in self.rows.items()
            if row.family in wanted or (stateless and row.stateless)
        }
        added = tuple(extra)
        rows.update({row.key: row for row in added})
        return replace(self, rows=rows, extra=tuple(row.key for row in added), _keys={})


def _prefixes(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """The catalogue that ships with seedlint."""
    data = json.loads(Path(__file__).with_suffix(".json").read_bytes())
    rows = {
        name: ApiRow(
            key=name,
            family=entry["family"],
            draws=entry["draws"],
            mask=entry.get("mask"),
            historical=entry.get("historical", False),
            unseeded=entry.get("unseeded"),
            signatures={
                version: _signature(entry[version])
                for version in ("keras3", "keras2", "any")
                if version in entry
            },
        )
        for entry in data["api"]
        for name in entry["names"]
    }
    return Catalogue(
        rows=rows,
        roots={
            path: (root["home"], root["keras"]) for root in data["root"] for path in root["paths"]
        },
        marks={version: tuple(names) for version, names in data["marks"].items()},
        lookalikes=frozenset(data["lookalikes"]["packages"]),
        conventions=data["conventions"],
        sources={
            name: Source(entry["kind"], entry["generator"])
            for entry in data["source"]
            for name in entry["names"]
        },
        switches=frozenset(data["switches"]["names"]),
        seedings={name: tuple(generators) for name, generators in data["seedings"].items()},
        restorings={name: tuple(generators) for name, generators in data["restorings"].items()},
        models=frozenset(data["models"]["names"]),
        kinds={name: kind for kind, names in data["kinds"].items() for name in names},
        generators=data["generators"],
    )


def extra_row(
    name: str,
    family: str = "dropout",
    seed: str = "seed",
    seed_position: int | None = None,
    rate: str | None = None,
    rate_position: int | None = None,
) -> ApiRow:
    """A row for a project's own layer, named in the setting ``extra-layers``."""
    rates = () if rate is None else (Rate(rate, rate_position, None, keep=False),)
    signature = Signature(True, seed, seed_position, False, rates)
    return ApiRow(name, family, "layer", "bernoulli", True, None, {"any": signature})


def generator_row(draw: ApiRow) -> ApiRow:
    """A row for the generator that ``draw``, a function of its seed, takes instead of a seed.

    Keras 3.15: ``SeedGenerator(seed=None)`` is what a layer has; its stream goes on at each draw.
    """
    signature = Signature(True, "seed", 0, False, ())
    key = "keras:random.SeedGenerator"
    return replace(draw, key=key, draws="layer", mask=draw.mask_kind, signatures={"any": signature})


def written_row(row: ApiRow) -> dict[str, str | int]:
    """What `extra_row` makes ``row`` of."""
    signature = row.signatures["any"]
    table = {"name": row.key, "family": row.family, "seed": signature.seed_name}
    parts: dict[str, str | int | None] = {**table, "seed-position": signature.seed_position}
    for rate in signature.rates:
        parts |= {"rate": rate.name, "rate-position": rate.position}
    return {name: part for name, part in parts.items() if part is not None}


def _signature(entry: Mapping[str, Any]) -> Signature:
    seed = entry.get("seed")
    return Signature(
        takes_seed=seed is not None,
        seed_name=entry.get("seed-name", "seed"),
        seed_position=seed if isinstance(seed, int) else None,
        seed_required=entry.get("required", False),
        rates=tuple(_rate(name, value) for name, value in entry.get("rates", {}).items()),
        traps=tuple(Trap(name, position) for name, position in entry.get("traps", {}).items()),
    )


def _rate(name: str, value: int | Mapping[str, Any]) -> Rate:
    if isinstance(value, int):
        return Rate(name, value, None, keep=False)
    keep, switch = value.get("keep", False), value.get("switch", False)
    return Rate(name, value.get("at"), value.get("default"), keep, switch)
