"""Reading and setting the state of one generator, whichever library made it.

Generators are told by the names of their classes, so that none of the libraries is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from seedlint.state.records import Record, StateError


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of generator.

    ``read`` gives what must be equal in both runs, and ``state``; ``write`` sets a ``state``.
    """

    name: str
    read: Callable[[Any], Record]
    write: Callable[[Any, Any], None]


def kind(thing: object) -> Kind | None:
    """The kind of generator that ``thing`` is; the modules that hold a global one are generators.

    `random.SystemRandom` is none: it has no state.
    """
    if isinstance(thing, ModuleType):
        return MODULES.get(thing.__name__)
    for cls in type(thing).__mro__:
        key = (cls.__module__.partition(".")[0], cls.__name__)
        if key in CLASSES:
            return CLASSES[key]
    return None


def read(generator: object) -> Record:
    """The state of ``generator`` as JSON; `StateError` if it is of no known kind."""
    found = _known(generator)
    return {"kind": found.name, **found.read(generator)}


def write(generator: object, state: object) -> None:
    """Set ``generator`` to the ``state`` of a record that fits it."""
    _known(generator).write(generator, state)


def is_hidden(generator: object) -> bool:
    """Whether it draws by ops of TensorFlow that keep their state to themselves.

    So do all layers of tf_keras but those for augmentation, unless
    ``enable_tf_random_generator()`` was called before they were made (measured: tf_keras 2.21.0).
    """
    return getattr(generator, "_rng_type", None) == "legacy_stateful"


def _known(generator: object) -> Kind:
    found = kind(generator)
    if found is None:
        raise StateError(
            f"cannot keep a {type(generator).__qualname__}: the generators are "
            "keras.random.SeedGenerator, tf.random.Generator, numpy.random.Generator, "
            "numpy.random.RandomState, random.Random, and the modules random and numpy.random"
        )
    return found


def _numbers(variable: Any) -> list[int]:
    """The values of a variable of Keras or TensorFlow, which all replicas must share."""
    # Of Keras 3 this is what its backend holds, of TensorFlow a method.
    held = variable if callable(variable.value) else variable.value
    copies = getattr(held, "values", None)
    drawn = [copy.numpy().tolist() for copy in copies] if isinstance(copies, tuple) else []
    if any(one != drawn[0] for one in drawn):
        raise StateError(f"the replicas of `{variable.name}` have drawn unequally")
    numbers: list[int] = variable.numpy().tolist()
    return numbers


def _read_seed_generator(generator: Any) -> Record:
    return {"seed": generator._initial_seed, "state": _numbers(generator.state)}


def _read_tensorflow(generator: Any) -> Record:
    return {"algorithm": int(generator.algorithm), "state": _numbers(generator.state)}


def _write_variable(generator: Any, state: Any) -> None:
    generator.state.assign(state)


def _read_keras2(generator: Any) -> Record:
    generator._maybe_init()
    if is_hidden(generator):
        raise StateError("TensorFlow keeps the state of this generator to itself")
    about = {"rng_type": generator._rng_type}
    if generator._generator is None:
        # A stateless one draws by its seed alone, which is its own if none was given.
        return {**about, "state": generator._seed}
    return {**about, "seed": generator._seed, **_read_tensorflow(generator._generator)}


def _write_keras2(generator: Any, state: Any) -> None:
    if generator._generator is None:
        generator._seed = state
    else:
        _write_variable(generator._generator, state)


def _read_numpy(generator: Any) -> Record:
    return {"state": _plain(generator.bit_generator.state)}


def _write_numpy(generator: Any, state: Any) -> None:
    generator.bit_generator.state = state


def _read_old_numpy(generator: Any) -> Record:
    return {"state": _plain(generator.get_state(legacy=False))}


def _write_old_numpy(generator: Any, state: Any) -> None:
    generator.set_state(state)


def _read_python(generator: Any) -> Record:
    return {"state": _plain(generator.getstate())}


def _write_python(generator: Any, state: Any) -> None:
    version, numbers, gauss = state
    generator.setstate((version, tuple(numbers), gauss))


def _plain(state: Any) -> Any:
    """``state`` with lists for tuples and arrays."""
    if isinstance(state, Mapping):
        return {key: _plain(value) for key, value in state.items()}
    if isinstance(state, tuple | list):
        return [_plain(value) for value in state]
    return state.tolist() if hasattr(state, "tolist") else state


_SEED_GENERATOR = Kind("keras.random.SeedGenerator", _read_seed_generator, _write_variable)
_KERAS2 = Kind("keras.backend.RandomGenerator", _read_keras2, _write_keras2)
_OLD_NUMPY = Kind("numpy.random.RandomState", _read_old_numpy, _write_old_numpy)
_PYTHON = Kind("random.Random", _read_python, _write_python)

CLASSES: Mapping[tuple[str, str], Kind | None] = {
    ("keras", "SeedGenerator"): _SEED_GENERATOR,
    ("keras", "RandomGenerator"): _KERAS2,
    ("tf_keras", "RandomGenerator"): _KERAS2,
    ("tensorflow", "Generator"): Kind("tf.random.Generator", _read_tensorflow, _write_variable),
    ("numpy", "Generator"): Kind("numpy.random.Generator", _read_numpy, _write_numpy),
    ("numpy", "RandomState"): _OLD_NUMPY,
    ("random", "SystemRandom"): None,
    ("random", "Random"): _PYTHON,
}
MODULES: Mapping[str, Kind] = {"random": _PYTHON, "numpy.random": _OLD_NUMPY}
