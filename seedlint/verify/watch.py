"""In the process that is watched: every layer that is built, and what it draws."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from types import FrameType
from typing import Any

from seedlint.verify.hooks import Tape, install, listeners, mask
from seedlint.verify.model import Place, Watched
from seedlint.verify.places import frames, is_asking, place, places

LAYERS = ("keras.src.layers.layer", "tf_keras.src.engine.base_layer")
SEEDS = "tensorflow.python.framework.random_seed"
RATES = ("rate", "dropout", "_dropout", "drop_rate", "stddev")


@dataclass(frozen=True, slots=True)
class _Made:
    """A layer; ``owner`` is the layer of a library that built it for itself."""

    layer: Any
    built: tuple[Place, ...]
    owner: _Made | None

    @property
    def top(self) -> _Made:
        return self if self.owner is None else self.owner.top


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Who draws, and what."""

    said: Watched
    tape: Tape


class Watch:
    """What is drawn while it is ``on``; one that ``disturbs`` moves the global generators too."""

    def __init__(self, disturbs: bool) -> None:
        self.on = False
        self.step = 0
        self._disturbs = disturbs
        self._made: dict[int, _Made] = {}
        self._inside: list[Any] = []
        self._drawn: dict[tuple[int, Place | None], _Drawn] = {}

    def install(self) -> None:
        """From now on, what is imported is watched."""
        patches = dict.fromkeys(LAYERS, self._watch_layers) | listeners(self._hear)
        if self._disturbs:
            patches[SEEDS] = _watch_seeds
        install(patches)

    def results(self, steps: int) -> list[Watched]:
        """What drew in the first ``steps`` steps, in the order in which it began to."""
        return [replace(one.said, masks=one.tape.masks(steps)) for one in self._drawn.values()]

    def disturb(self) -> None:
        """Draw from the global generators, as other code might."""
        if self._disturbs:
            random.random()
            if "numpy" in sys.modules:
                import_module("numpy").random.random()

    # layers

    def _watch_layers(self, module: Any) -> None:
        base = module.Layer
        build, call = base.__new__, base.__call__

        def built(cls: type, *args: object, **kwargs: object) -> Any:
            self.disturb()
            layer = build(cls, *args, **kwargs)
            self._made[id(layer)] = self._asked_for(layer, sys._getframe(1))
            return layer

        @functools.wraps(call)
        def called(layer: Any, *args: Any, **kwargs: Any) -> Any:
            self._inside.append(layer)
            try:
                return call(layer, *args, **kwargs)
            finally:
                self._inside.pop()

        base.__new__, base.__call__ = staticmethod(built), called

    def _asked_for(self, layer: Any, frame: FrameType) -> _Made:
        """``layer``, which the layer of a library may have built for itself."""
        owner = None
        for above in frames(frame):
            if owner is not None or is_asking(above):
                break
            me = above.f_locals.get("self")
            owner = None if me is layer else self._made.get(id(me))
        return _Made(layer, places(frame), owner)

    # draws

    def _hear(self, op: str, frame: FrameType) -> Callable[[Any], None] | None:
        if not self.on:
            return None
        drawn = self._who(op, frame)
        note = drawn.tape.call()
        return lambda values: note(self.step, mask(op, values, drawn.said.rate))

    def _who(self, op: str, frame: FrameType) -> _Drawn:
        inner = self._inside[-1] if self._inside else None
        asking = _asking(frame, inner)
        drawn = None if asking is None else place(asking)
        key = (id(inner), drawn)
        if key not in self._drawn:
            self._drawn[key] = _Drawn(self._said(op, inner, drawn), Tape())
        return self._drawn[key]

    def _said(self, op: str, inner: Any, drawn: Place | None) -> Watched:
        made = self._made.get(id(inner))
        if made is None:
            return Watched("", "", "", op, None, None, (), drawn, ())
        top = made.top.layer
        names = [layer.name for layer in self._inside]
        start = next((at for at, one in enumerate(self._inside) if one is top), len(names) - 2)
        part = "" if inner is top else "/".join(names[start + 1 :])
        seed = getattr(inner, "seed", None)
        return Watched(
            cls=type(top).__name__,
            name=top.name,
            part=part,
            op=op,
            rate=_rate(inner),
            seed=seed if isinstance(seed, int) else None,
            built=made.top.built,
            drawn=drawn,
            masks=(),
        )


def _asking(frame: FrameType, inner: Any) -> FrameType | None:
    """The line of the user's code that draws, unless the layer ``inner`` does so by itself."""
    seed = None
    for above in frames(frame):
        if is_asking(above):
            return None if inner is not None and _is_generator(seed) else above
        if inner is not None and above.f_locals.get("self") is inner:
            return None
        seed = above.f_locals.get("seed")
    return None


def _is_generator(seed: Any) -> bool:
    """Whether ``seed`` is a generator of Keras 3, which is a part of its layer."""
    return hasattr(seed, "next") and hasattr(seed, "state")


def _rate(layer: Any) -> float | None:
    rates = (getattr(layer, name, None) for name in RATES)
    return next((float(rate) for rate in rates if isinstance(rate, int | float)), None)


def _watch_seeds(module: Any) -> None:
    """Let ops without a seed get another one, as if others had come before them."""
    get_seed = module.get_seed

    @functools.wraps(get_seed)
    def moved(op_seed: Any) -> Any:
        first, second = get_seed(op_seed)
        is_moved = op_seed is None and second is not None
        return (first, (second + 1_000_003) % (2**31 - 1)) if is_moved else (first, second)

    module.get_seed = moved
