"""The generator of Keras 3 for draws without a seed, which a process has once.

The one door to Keras; all else of it is reached through the model that is given.
"""

from __future__ import annotations

from typing import Any


def found() -> Any:
    """That generator, or `None` while nothing has drawn from it."""
    from keras.src.backend.common.global_state import get_global_attribute
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    return get_global_attribute(GLOBAL_SEED_GENERATOR)


def make() -> None:
    """Make it as Keras does, by a number from Python's global generator."""
    from keras.src.random.seed_generator import global_seed_generator

    global_seed_generator()


def forget() -> None:
    """Let the process be without one again."""
    from keras.src.backend.common.global_state import set_global_attribute
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    set_global_attribute(GLOBAL_SEED_GENERATOR, None)
