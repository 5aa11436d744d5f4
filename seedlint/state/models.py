"""Taking the state of all generators of a model, and setting it again: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from seedlint.state import shared
from seedlint.state.generators import read, write
from seedlint.state.layers import Held, held, library
from seedlint.state.records import Record, StateError, differences

FORMAT = "seedlint-state"
VERSION = 1
# The generator of Keras 3 for draws without a seed; it makes it when it first needs it.
GLOBAL = "keras.random"

State = dict[str, Any]
"""What `capture` gives, as plain JSON.

``format`` and ``version`` of the layout; ``library`` and ``keras``, the package and its version;
``step``, how many steps the optimizer has made, or `None`; ``generators`` by name, each with its
``kind``, the ``class`` of the layer that holds it, its ``seed`` and its ``state``.
"""
Generators = Mapping[str, object]


def capture(model: Any, *, generators: Generators | None = None) -> State:
    """The state of every generator that a layer of ``model`` holds.

    In Keras 3 that is each `SeedGenerator`, in nested layers, cells, attention and augmentation
    too, and the global one; in Keras 2 each layer for which a `tf.random.Generator` draws; in both,
    what a layer holds as an attribute of its own. ``generators`` are others, by names of yours: a
    `tf.random.Generator`, a NumPy or Python generator, or the modules ``random`` and
    ``numpy.random`` for the global ones.

    Nothing is drawn or changed. Raises `StateError` if the model is not built, or where a state
    cannot be read: Keras 2 draws by ops that hide it, unless ``enable_tf_random_generator()`` is
    called before the model is made.
    """
    made_with = library(model)
    return {
        "format": FORMAT,
        "version": VERSION,
        "library": made_with.name,
        "keras": made_with.version,
        "step": _step(model),
        "generators": {one.name: _record(one) for one in _all(model, generators or {})},
    }


def restore(model: Any, state: State, *, generators: Generators | None = None) -> None:
    """Set the generators of ``model``, and ``generators``, to what `capture` found.

    Load the checkpoint first: an optimizer must have made as many steps as it had then, or the
    weights are of another checkpoint, or its own state is lost (with ``state["step"] = None`` that
    is passed over). Keras 3.15.1 drops it in `load_weights`, without an error, unless
    ``model.optimizer.build(model.trainable_variables)`` is called before.

    Raises `StateError` with all that does not fit: a generator too few or too many, another class,
    seed, shape, Keras or format. All is checked before anything is set; if a generator refuses its
    state all the same, those before it get theirs back.
    """
    here = capture(model, generators=generators)
    if problem := _misfit(state, here):
        raise StateError(problem)
    saved: dict[str, Record] = state["generators"]
    late = saved.keys() & {GLOBAL} - here["generators"].keys()
    comparable = {name: record for name, record in saved.items() if name not in late}
    if problems := list(differences(comparable, here["generators"])):
        raise StateError("; ".join(problems))
    with ExitStack() as undo:
        if late:
            undo.callback(shared.forget)
            shared.make()
        for one in _all(model, generators or {}):
            undo.callback(write, one.generator, read(one.generator)["state"])
            write(one.generator, saved[one.name]["state"])
        undo.pop_all()


def _all(model: Any, generators: Generators) -> Iterator[Held]:
    found = held(model)
    yield from found
    if library(model).major >= 3 and (generator := shared.found()) is not None:
        yield Held("", "", GLOBAL, generator)
    for name, other in generators.items():
        if name == GLOBAL or any(one.name == name for one in found):
            raise StateError(f"`{name}` is the name of a generator of the model: choose another")
        yield Held("", "", name, other)


def _record(one: Held) -> Record:
    record = read(one.generator)
    return {"class": one.cls, **record} if one.cls else record


def _step(model: Any) -> int | None:
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return None if iterations is None else int(iterations.numpy())


def _misfit(state: State, here: State) -> str | None:
    """What ``state`` is, if it is none for a model such as that of ``here``."""
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        return "this is no state that seedlint keeps"
    if state.get("version") != VERSION:
        return f"the saved state has the format {state.get('version')}, not {VERSION}"
    if not _is_whole(state):
        return "the saved state is damaged: a part of it is missing or of another type"
    if _major(state) != _major(here):
        return f"the saved state is of Keras {_major(state)}, the model of Keras {_major(here)}"
    steps = state.get("step"), here["step"]
    if None not in steps and steps[0] != steps[1]:
        return (
            f"the saved state is of step {steps[0]}, the optimizer is at step {steps[1]}: "
            "load the checkpoint of that step before, with its optimizer"
        )
    return None


def _is_whole(state: State) -> bool:
    generators = state.get("generators")
    return (
        isinstance(state.get("keras"), str)
        and isinstance(state.get("step"), int | None)
        and isinstance(generators, dict)
        and all(isinstance(one, dict) and "state" in one for one in generators.values())
    )


def _major(state: State) -> str:
    return str(state["keras"]).partition(".")[0]
