"""Of what type a seed is: an int of Python, or something that a framework refuses or bends."""

from __future__ import annotations

from seedlint.catalogue import Catalogue
from seedlint.facts import Seq, Table
from seedlint.names import Names
from seedlint.numbers import ARITHMETIC
from seedlint.values import (
    Api,
    Called,
    Computed,
    Const,
    Display,
    Made,
    Param,
    Part,
    Unknown,
    Value,
    is_nothing,
    is_text,
)

OF_CONSTANTS = {
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex number",
    str: "str",
    bytes: "bytes",
}
# They give a text of the environment, or their second argument.
ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})
# Methods of an array, or of a number out of one, that keep its kind, and those that do not.
KEEPING = frozenset({".astype", ".copy", ".flatten", ".ravel", ".reshape"})
UNPACKING = {".item": "int", ".tolist": "list"}


class Kinds:
    """Answers for one project; a kind is a word for readers, ``None`` is what cannot be told."""

    def __init__(self, names: Names, catalogue: Catalogue) -> None:
        self._names = names
        self._catalogue = catalogue

    def of(self, value: Value) -> str | None:
        """The kind of ``value``."""
        match value:
            case Const(known):
                return OF_CONSTANTS.get(type(known))
            case Display(Seq() | Table()):
                return "list"
            case _ if is_text(value):
                return "str"
            case Made(Api(path), module, int() as call):
                return self._given(path, module, call)
            case Unknown(Computed(op, of)) | Part(_, Computed(op, of)):
                return self._computed(op, of)
            case Unknown(Called(by, module, call)) | Part(_, Called(by, module, call)):
                return self._called(by, module, call)
        return None

    def _computed(self, op: str, of: tuple[Value, ...]) -> str | None:
        kinds = [self.of(value) for value in of]
        if op in ("bool", "int"):
            return op
        if op == "one":
            return kinds[0]
        if op in ("[]", "each"):
            if of[0] == Api("os.environ"):
                return "str"
            # A number has no items: with a size, it is an array that a generator gives.
            return "NumPy integer" if kinds[0] in ("NumPy array", "NumPy integer") else None
        if op not in ARITHMETIC or (None in kinds[:2] and "NumPy integer" not in kinds):
            return None
        for kind in ("NumPy array", "float", "NumPy integer"):
            if kind in kinds:
                return kind
        return "float" if op == "/" else "int" if set(kinds) <= {"int", "bool"} else None

    def _called(self, by: Value, module: str, call: int) -> str | None:
        """What a method of a generator or an array, or a function of a draw, gives."""
        match by:
            case Api(path):
                return self._given(path, module, call)
            case Unknown(Computed(op, (base,))) | Part(_, Computed(op, (base,))):
                match base:
                    case Made(Api(maker)) if maker in self._catalogue.generators:
                        path = f"{self._catalogue.generators[maker]}{op}"
                        return self._given(path, module, call)
                inner = self.of(base)
                if inner in ("NumPy array", "NumPy integer", "float"):
                    return UNPACKING.get(op, inner if op in KEEPING else None)
        return None

    def _given(self, path: str, module: str, call: int) -> str | None:
        """What the function at ``path``, called so, gives."""
        kind = self._catalogue.kind(path)
        if kind != "sized" and path not in ENVIRONMENT:
            return kind
        arguments = self._names.calls.arguments(module, call, Api(path))
        ask = self._names.calls.argument
        if path in ENVIRONMENT:
            default = ask(arguments, "default", 1)
            return "str" if all(is_text(alt.value) for alt in default) else None
        if path.endswith("randint"):
            sized = (*ask(arguments, "size", 2), *ask(arguments, "dtype", 3))
            first = None
        else:
            sized = ask(arguments, "size", 1)
            first = ask(arguments, "a", 0)
        if not all(is_nothing(alt.value) for alt in sized):
            return (
                None if any(isinstance(a.value, Unknown | Param) for a in sized) else "NumPy array"
            )
        if first is None or all(self.of(alt.value) == "int" for alt in first):
            return "int"
        return "NumPy integer" if all(self.of(alt.value) == "list" for alt in first) else None
