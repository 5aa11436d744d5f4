"""The code of every training step, which no example calls itself: the framework would."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.truth.lab import Lab
from tests.truth.log import Log, Made


def build_layers(lab: Lab, log: Log) -> None:
    """Make one layer of each class of the example that it has not made itself."""
    made = {type(one.layer) for one in log.made.values()}
    for cls in _own(log):
        if inspect.isclass(cls) and issubclass(cls, lab.keras.layers.Layer) and cls not in made:
            _try(lab, log, cls, "")


def call_functions(lab: Lab, log: Log) -> None:
    """Call each function that has drawn nothing so far, twice."""
    for function in _own(log):
        body = getattr(function, "python_function", function)
        if inspect.isfunction(body) and not log.has_drawn(body):
            for turn in ("0", "1"):
                _try(lab, log, function, turn)


def _own(log: Log) -> Iterator[Any]:
    """What the modules of the example define."""
    for module in list(sys.modules.values()):
        if log.holds(module):
            for value in list(vars(module).values()):
                if getattr(value, "__module__", None) == module.__name__:
                    yield value


def _try(lab: Lab, log: Log, function: Callable[..., Any], turn: str) -> None:
    log.probed = Made(function, log.head(function), None, ())
    log.turn = turn
    with lab.listening(log):
        try:
            lab.called(lambda ones: function(**_arguments(function, ones)))
        except Exception as error:
            log.failed(error)
    log.probed, log.turn = None, ""


def _arguments(function: Callable[..., Any], ones: Any) -> dict[str, Any]:
    # The signature of a Keras class is that of its `__new__`.
    made_by = function.__init__ if inspect.isclass(function) else function
    return {
        one.name: _argument(one.name, ones)
        for one in inspect.signature(made_by).parameters.values()
        if one.default is one.empty
        and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        and one.name != "self"
    }


def _argument(name: str, ones: Any) -> Any:
    if "seed" in name:
        return 7
    return 0.5 if "rate" in name else ones
