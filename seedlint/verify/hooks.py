"""In the process that is watched: hooks on what draws, and what was drawn as data.

Nothing is imported for that. What the user's code imports is given its hooks as it comes.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.abc
import importlib.machinery
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

from seedlint.verify.model import Mask, Masks

OPS = tuple(
    f"tensorflow.python.ops.gen_{name}"
    for name in (
        "random_ops",
        "stateful_random_ops",
        "stateless_random_ops",
        "stateless_random_ops_v2",
    )
)
# All that draws, not what makes generators or moves them on.
DRAWING = re.compile(
    r"(stateful|stateless_(?!random_get)|random_|truncated_|multinomial)\w*(?<!_eager_fallback)"
)
# So many units of a mask are kept, and so many values to compare masks of different shapes by.
MAX_UNITS = 1024
MAX_HEAD = 16

Patch = Callable[[Any], None]
Hear = Callable[[str, FrameType], Callable[[Any], None] | None]
"""What is told of a draw, by its op, and where it comes from; the answer takes the values."""


class Tape:
    """What some calls draw at each step."""

    def __init__(self) -> None:
        self._steps: dict[int, dict[int, list[Mask]]] = defaultdict(lambda: defaultdict(list))
        self._calls = 0

    def call(self) -> Callable[[int, Mask], None]:
        """One more call, and what notes its draws; in the loop of a graph it has several."""
        number = self._calls
        self._calls += 1
        return lambda step, mask: self._steps[step][number].append(mask)

    def masks(self, steps: int) -> Masks:
        """All draws of the first ``steps`` steps.

        A graph runs what does not depend on each other in any order, turns of a loop too.
        """
        return tuple(
            tuple(
                mask
                for _, drawn in sorted(self._steps[step].items())
                for mask in sorted(drawn, key=lambda mask: mask.digest)
            )
            for step in range(steps)
        )


def install(patches: Mapping[str, Patch]) -> None:
    """From now on, each module of which there is one is handed to its patch as it is imported."""
    sys.meta_path.insert(0, _Finder(patches))


def listeners(hear: Hear) -> dict[str, Patch]:
    """The patches by which ``hear`` learns of all draws."""

    def listen(module: Any) -> None:
        for name in filter(DRAWING.fullmatch, dir(module)):
            setattr(module, name, _heard(name, getattr(module, name), hear))

    return dict.fromkeys(OPS, listen)


def _heard(name: str, op: Callable[..., Any], hear: Hear) -> Callable[..., Any]:
    @functools.wraps(op)
    def draw(*args: Any, **kwargs: Any) -> Any:
        result = op(*args, **kwargs)
        take = hear(name, sys._getframe(1))
        if take is not None and hasattr(result, "numpy"):
            take(result.numpy())
        elif take is not None:
            # Inside a graph, and the loops of one, the values are there when it runs.
            import_module("tensorflow").numpy_function(take, [result], [])
        return result

    return draw


def mask(op: str, values: Any, rate: float | None) -> Mask:
    """``values``, which ``op`` drew for a layer with ``rate``."""
    np = import_module("numpy")
    flat = np.ravel(np.asarray(values))
    if "uniform" in op and flat.dtype.kind not in "iu":
        kept = flat >= (0.5 if rate is None or not 0 < rate < 1 else rate)
    else:
        kept = flat > 0
    return Mask(
        shape=tuple(np.shape(values)),
        kind=f"{flat.dtype} {op}",
        digest=hashlib.sha256(flat.tobytes()).hexdigest()[:32],
        head=flat[:MAX_HEAD].tobytes().hex(),
        bits=np.packbits(kept[:MAX_UNITS]).tobytes().hex(),
        count=min(kept.size, MAX_UNITS),
        kept=float(kept.mean()) if kept.size else 0.0,
    )


class _Finder:
    """Hands each module of which there is one to its patch, once it is imported."""

    def __init__(self, patches: Mapping[str, Callable[[Any], None]]) -> None:
        self._patches = patches

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self._patches:
            return None
        spec = next(filter(None, self._others(name, path, target)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._patches[name])
        return spec

    def _others(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> Iterator[importlib.machinery.ModuleSpec | None]:
        for finder in sys.meta_path:
            if finder is not self:
                yield finder.find_spec(name, path, target)


class _Loader(importlib.abc.Loader):
    """The loader ``inner`` of a module, and then a ``patch``."""

    def __init__(self, inner: Any, patch: Callable[[Any], None]) -> None:
        self._inner = inner
        self._patch = patch

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._inner.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        self._patch(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
