"""Arithmetic on values: constants are folded, sums with a constant are kept in one form."""

from __future__ import annotations

from seedlint.values import Computed, Const, Part, Unknown, Value

# Beyond it neither a seed nor a rate can lie, and an int may not fit into a float.
MAX_NUMBER = 2**128
MAX_EXPONENT = 256
ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "<<"})

Number = int | float


def folded(op: str, left: Value, right: Value) -> Const | None:
    """``left op right``, where both are numbers that a seed or a rate could be made of."""
    match left, right:
        case Const(int() | float() as a), Const(int() | float() as b):
            if max(abs(a), abs(b)) < MAX_NUMBER:
                found = _calculated(op, a, b)
                return None if found is None else Const(found)
    return None


def _calculated(op: str, a: Number, b: Number) -> Number | None:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/" if b:
            return a / b
        case "//" if b:
            return a // b
        case "%" if b:
            return a % b
        case "**" if isinstance(a, int) and isinstance(b, int) and 0 <= b <= MAX_EXPONENT:
            return int(a**b)
        case "<<" if isinstance(a, int) and isinstance(b, int) and 0 <= b <= MAX_EXPONENT:
            return a << b
    return None


def shifted(op: str, left: Value, right: Value) -> tuple[Value, Const | None]:
    """``left op right`` as a sum of something unknown and a constant; else the offset is None.

    So ``seed + 1 - 1`` is ``seed`` again, and ``1 + seed`` is ``seed + 1``.
    """
    match op, left, right:
        case "+", _, Const(int() as offset):
            base = left
        case "-", _, Const(int() as taken):
            base, offset = left, -taken
        case "+", Const(int() as offset), _:
            base = right
        case _:
            return left, None
    match base:
        case Unknown(Computed("+", (inner, Const(int() as more)))):
            base, offset = inner, offset + more
        case Part(_, Computed("+", (inner, Const(int() as more)))):
            base, offset = inner, offset + more
    return base, Const(offset)
