"""TensorFlow and Keras with hooks: every layer that is built, every number that is drawn."""

from __future__ import annotations

import functools
import hashlib
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from tests.truth.log import Log

STEPS = 3
SHAPE = (8, 64)
# What a layer can be called on is a matter of its rank.
SHAPES = (SHAPE, (4, 8, 64), (4, 8, 8, 64), (4, 4, 8, 8, 64))
HOMES = ("gen_random_ops", "gen_stateless_random_ops", "gen_stateless_random_ops_v2")
DRAWING = re.compile(
    r"(stateless_(?!random_get)|random_|truncated_|multinomial)\w*(?<!_eager_fallback)"
)
# They take the shape first; all that dropout and noise draw by is among them.
SHAPED = re.compile(
    r"(stateless_)?(random_uniform|random_(standard_)?normal|truncated_normal)(_v2)?"
)


class Lab:
    """``tf``, ``keras`` and ``np``, which write down what they do for the program that runs."""

    def __init__(self) -> None:
        self.tf, self.keras = import_module("tensorflow"), import_module("keras")
        self.np = import_module("numpy")
        # A filtered traceback does not tell which layer was being built.
        self.tf.debugging.disable_traceback_filtering()
        self.keras.config.disable_traceback_filtering()
        self._log: Log | None = None
        self._streams: dict[object, str] = {}
        self._watch_layers(import_module("keras.src.layers.layer").Layer)
        self._watch_generators(import_module("keras.src.random.seed_generator").SeedGenerator)
        for module in HOMES:
            home = import_module(f"tensorflow.python.ops.{module}")
            for name in filter(DRAWING.fullmatch, dir(home)):
                setattr(home, name, self._watched(name, getattr(home, name)))

    @contextmanager
    def listening(self, log: Log) -> Iterator[None]:
        self._log = log
        try:
            yield
        finally:
            self._log = None

    def disturb(self, what: str) -> None:
        """Put each global generator where ``what`` says, and TensorFlow's nowhere."""
        self.keras.utils.clear_session(free_memory=False)
        random.seed(what)
        self.np.random.seed(random.getrandbits(32))
        self.tf.random.set_seed(None)

    def called(
        self, layer: Callable[[Any], Any], shapes: Sequence[tuple[int, ...]] = SHAPES
    ) -> Any:
        """What ``layer`` makes of ones, of the first of ``shapes`` that it takes."""
        errors = []
        for shape in shapes:
            try:
                return layer(self.tf.ones(shape))
            except (ValueError, IndexError, self.tf.errors.InvalidArgumentError) as error:
                errors.append(error)
        raise errors[0]

    def digest(self, *tensors: Any) -> str:
        """A fingerprint of the values; empty if a graph's tensor is among them."""
        if not all(hasattr(tensor, "numpy") for tensor in tensors):
            return ""
        return fingerprint(self.np.asarray(tensor).tobytes() for tensor in tensors)

    def _watch_layers(self, base: Any) -> None:
        build, call = base.__new__, base.__call__

        def built(cls: type, *args: object, **kwargs: object) -> Any:
            layer = build(cls, *args, **kwargs)
            if self._log is not None:
                self._log.built(layer, sys._getframe(1), (*args, *kwargs.values()))
            return layer

        def called(layer: Any, *args: Any, **kwargs: Any) -> Any:
            # In an example a number may stand for a tensor.
            if args and isinstance(args[0], int | float):
                return self.called(lambda x: call(layer, x, *args[1:], **kwargs))
            return call(layer, *args, **kwargs)

        base.__new__, base.__call__ = staticmethod(built), called

    def _watch_generators(self, base: Any) -> None:
        made = base.__init__

        def seeded(generator: object, *args: object, **kwargs: object) -> None:
            made(generator, *args, **kwargs)
            if self._log is not None:
                self._log.seeded(generator, sys._getframe(1))

        base.__init__ = seeded

    def _watched(self, name: str, op: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(op)
        def draw(*args: Any, **kwargs: Any) -> Any:
            result = op(*args, **kwargs)
            log = self._log
            if log is not None:
                stream = functools.partial(self._stream, name, op, args[1:], kwargs)
                log.drew(self.digest(result), stream, sys._getframe(1))
            return result

        return draw

    def _stream(
        self, name: str, op: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> str:
        """What a graph draws with the same seeds, whatever shape was asked for, if that is told."""
        if not SHAPED.fullmatch(name):
            return ""
        if name.startswith("stateless"):
            if any(map(self.tf.is_symbolic_tensor, (*args, *kwargs.values()))):
                return ""
            return self.digest(op(self.np.array(SHAPE), *args, **kwargs))
        seeds = (kwargs.get("seed"), kwargs.get("seed2"))
        if (name, seeds) not in self._streams or not any(seeds):
            graph = self.tf.Graph()
            with graph.as_default(), self.tf.compat.v1.Session(graph=graph) as session:
                drawn = op(SHAPE, *args, **kwargs)
                steps = [session.run(drawn).tobytes() for _ in range(STEPS)]
            self._streams[name, seeds] = fingerprint(steps)
        return self._streams[name, seeds]


def fingerprint(parts: Iterator[bytes] | Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]
