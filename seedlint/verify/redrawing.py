"""In the process that is watched: seeded sites, built anew from their literals alone."""

from __future__ import annotations

import inspect
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import FrameType
from typing import Any

from seedlint.seeds import HIGHEST, LOWEST
from seedlint.verify.building import check_environment, check_tensorflow, versions
from seedlint.verify.faults import said
from seedlint.verify.hooks import Tape, install, listeners, mask
from seedlint.verify.model import Json

Shape = tuple[int, ...]
# What a layer can be called on is a matter of its rank.
SHAPES: tuple[Shape, ...] = ((8, 64), (4, 2, 64), (4, 8, 8, 16), (4, 4, 8, 8, 8))
INPUTS = {"x", "inputs", "input", "img", "images"}
# What an API needs besides seed and rate, where the source does not tell it.
NEEDED: Mapping[str, Any] = {
    "alpha": 1.0,
    "counts": 4.0,
    "filters": 4,
    "head_dim": 4,
    "height": 8,
    "kernel_size": 3,
    "key_dim": 4,
    "maxval": 1.0,
    "num_heads": 2,
    "num_key_value_heads": 2,
    "num_query_heads": 2,
    "probabilities": 0.5,
    "rate": 0.5,
    "stddev": 0.5,
    "shape": SHAPES[0],
    "units": 8,
    "width": 8,
}
OTHER_SEED = 7
# A number of this size is a seed, and any other one in its place would do.
USUAL = (LOWEST, HIGHEST)
START = 32

Call = Callable[[], object]


class UnbuiltError(Exception):
    """A site that cannot be built here, and why."""


def drawn(job: Json, stage: Callable[[str], None]) -> Json:
    """For each site of ``job``: what it draws in some steps, or why not. Raises `VerifyError`."""
    check_environment()
    ear = Ear()
    install(listeners(ear.hear))
    stage("import")
    check_tensorflow()
    _disturb(job["process"])
    stage("build")
    bench = _Bench(ear)
    calls = {number: bench.call(site) for number, site in enumerate(job["sites"])}
    stage("probe")
    failed = {number: made for number, made in calls.items() if isinstance(made, dict)}
    ready = {number: made for number, made in calls.items() if not isinstance(made, dict)}
    # Only in a graph has each op with a seed a stream of its own.
    graph = {number for number in ready if _is_op(job["sites"][number])}
    failed |= _run_eagerly({n: ready[n] for n in ready if n not in graph}, ear, job["steps"])
    failed |= _run_in_graph({n: ready[n] for n in graph}, ear, job["steps"])
    answers = (failed.get(n) or ear.told(n, job["steps"]) for n in range(len(calls)))
    return {"versions": versions(), "sites": list(answers)}


def _is_op(site: Json) -> bool:
    return bool(site["draws"] == "op" or site["keras"] == 2)


def _disturb(process: str) -> None:
    """Put the global generators where another process does not; TensorFlow's has no seed."""
    random.seed(process)
    import_module("numpy").random.seed(random.getrandbits(32))


class Ear:
    """What each site draws at each step; in between, ``site`` is ``None``."""

    def __init__(self) -> None:
        self.site: int | None = None
        self.step = 0
        self._tapes: dict[int, Tape] = defaultdict(Tape)

    def hear(self, op: str, frame: FrameType) -> Callable[[Any], None] | None:
        if self.site is None:
            return None
        note = self._tapes[self.site].call()
        return lambda values: note(self.step, mask(op, values, None))

    def told(self, site: int, steps: int) -> Json:
        """What ``site`` drew: the kind of each draw, how it begins, and a fingerprint of it."""
        masks = self._tapes[site].masks(steps)
        if not all(masks):
            return {"left": "nothing was drawn"}
        return {"steps": [[(m.kind, m.head[:START], m.digest) for m in step] for step in masks]}


# drawing


def _run_eagerly(calls: Mapping[int, Call], ear: Ear, steps: int) -> dict[int, Json]:
    failed = {}
    for number, call in calls.items():
        try:
            for ear.step in range(steps):
                ear.site = number
                call()
                ear.site = None
        except Exception as error:
            failed[number] = {"left": f"it cannot be called: {said(error)}"}
        ear.site = None
    return failed


def _run_in_graph(calls: Mapping[int, Call], ear: Ear, steps: int) -> dict[int, Json]:
    """All of ``calls`` in one graph, as in one model."""
    failed: dict[int, Json] = {}

    def step() -> None:
        for number, call in calls.items():
            ear.site = number
            try:
                call()
            except Exception as error:
                failed[number] = {"left": f"it cannot be called: {said(error)}"}
        ear.site = None

    run = import_module("tensorflow").function(step, autograph=False)
    for ear.step in range(steps if calls else 0):
        run()
    return failed


# building


class _Bench:
    """Builds sites; it remembers on what each API can be called."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._forms: dict[str, Form] = {}

    def call(self, site: Json) -> Call | Json:
        """What lets ``site`` draw, or why there is none."""
        try:
            api = _found(site["names"])
        except ImportError as error:
            return {"left": str(error)}
        errors = []
        for literal in (True, False):
            try:
                return self._callable(api, site, literal)
            except UnbuiltError as error:
                return {"left": str(error)}
            except Exception as error:
                errors.append(said(error))
        try:
            self._callable(api, {**site, "seed": OTHER_SEED}, literal=False)
        except Exception:
            return {"left": f"`{site['names'][0]}` cannot be built here: {errors[-1]}"}
        return {"refused": errors[-1]}

    def _callable(self, api: Any, site: Json, literal: bool) -> Call:
        """``api`` with the arguments of ``site``, all of them that are ``literal`` or only some."""
        kwargs = _arguments(api, site, literal)
        inputs = self._inputs(api, site, kwargs)
        call = _made(api, site, kwargs)
        if isinstance(api, type):
            # What it builds when it is first called draws too.
            call(*inputs, training=False)
            return lambda: call(*inputs, training=True)
        return lambda: call(*inputs)

    def _inputs(self, api: Any, site: Json, kwargs: Json) -> tuple[Any, ...]:
        """The first inputs that one like it takes; trials leave no trace in what is drawn later."""
        usual = {name: OTHER_SEED if _is_usual(value) else value for name, value in kwargs.items()}
        key = json.dumps([site["names"][0], usual], default=repr)
        if key not in self._forms:
            self._forms[key] = _tried(api, site, kwargs)
        return _ones(*self._forms[key])


def _is_usual(value: object) -> bool:
    """Whether ``value`` may be a seed that no framework refuses."""
    return type(value) is int and USUAL[0] <= value <= USUAL[1]


def _tried(api: Any, site: Json, kwargs: Json) -> Form:
    """The first form of inputs that a trial layer takes in training."""
    training = {"training": True} if isinstance(api, type) else {}
    errors: list[Exception] = []
    for form in _forms(api):
        try:
            _made(api, site, kwargs)(*_ones(*form), **training)
        except Exception as error:
            errors.append(error)
            continue
        return form
    raise errors[0]


def _found(names: Iterable[str]) -> Any:
    """The first of the dotted ``names`` that there is. Raises `ImportError`."""
    reasons = []
    for name in names:
        home, _, last = name.rpartition(".")
        try:
            return getattr(_walked(home), last)
        except (ImportError, AttributeError) as error:
            reasons.append(f"there is no `{name}` here ({error})")
    raise ImportError(reasons[0])


def _walked(dotted: str) -> Any:
    """The module ``dotted``, or what is reached by that name."""
    try:
        return import_module(dotted)
    except ImportError:
        home, _, last = dotted.rpartition(".")
        if not home:
            raise
        return getattr(_walked(home), last)


def _arguments(api: Any, site: Json, literal: bool) -> Json:
    """By name: the literals of ``site``, the rates and the seed, and what else has to be given."""
    params = inspect.signature(api).parameters
    names = [name for name, param in params.items() if param.kind is not param.VAR_KEYWORD]
    given = {name: told[0] for name, told in zip(names, site["args"], strict=False) if told}
    kwargs = {**given, **site["kwargs"]} if literal else {}
    kwargs = {name: value for name, value in kwargs.items() if name not in INPUTS}
    kwargs |= {**({} if _is_generator(api) else site["rates"]), site["seed_name"]: site["seed"]}
    for name, param in params.items():
        optional = param.kind in (param.VAR_KEYWORD, param.VAR_POSITIONAL)
        optional = optional or param.default is not param.empty
        if not optional and name not in kwargs and not _is_input(api, names, name):
            if name not in NEEDED:
                raise UnbuiltError(f"`{site['names'][0]}` needs `{name}`")
            kwargs[name] = NEEDED[name]
    return kwargs


def _is_input(api: Any, names: Sequence[str], name: str) -> bool:
    """Whether ``name`` is the tensor that a function works on."""
    return not isinstance(api, type) and name == names[0] and name not in NEEDED


def _is_generator(api: Any) -> bool:
    """Whether ``api`` makes no layer: others draw from what it makes, at their rates."""
    return isinstance(api, type) and "__call__" not in dir(api)


def _made(api: Any, site: Json, kwargs: Json) -> Callable[..., Any]:
    """What can be called: a function with its arguments, a new layer, or a draw of a generator."""
    if not isinstance(api, type):
        return lambda *inputs, **_: api(*inputs, **kwargs)
    layer = api(**kwargs)
    if _is_generator(api):
        draw, rates = _found(["keras.random.dropout"]), {"rate": NEEDED["rate"], **site["rates"]}
        return lambda x, training: draw(x, **rates, seed=layer) if training else None
    if hasattr(layer, "state_size") and not hasattr(layer, "cell"):
        home = "tf_keras" if site["keras"] == 2 else "keras"
        return _found([f"{home}.layers.RNN"])(layer)  # type: ignore[no-any-return]
    return layer  # type: ignore[no-any-return]


Form = tuple[int, Shape]
"""How many inputs, 0 for a list of two, and their shape; no shape for no inputs."""


def _forms(api: Any) -> Iterator[Form]:
    first = next(iter(inspect.signature(api).parameters), "")
    if not isinstance(api, type) and first in NEEDED:
        yield (1, ())
        return
    for count in (1, 2, 0):
        yield from ((count, shape) for shape in SHAPES)


def _ones(count: int, shape: Shape) -> tuple[Any, ...]:
    if not shape:
        return ()
    ones = import_module("tensorflow").ones(shape)
    return ([ones, ones],) if count == 0 else (ones,) * count
