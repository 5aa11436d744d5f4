"""Arithmetic on values: constants are folded, sums with a constant are kept in one form."""

from __future__ import annotations

from collections.abc import Callable

from seedlint.values import Computed, Const, Part, Turn, Unknown, Value

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


def at_turn(value: Value, turn_of: Callable[[Turn], int]) -> Value:
    """``value`` at the turns, from 0 on, of the loops that count it."""
    match value:
        case Unknown(Turn(first, step) as turn):
            return Const(first + step * turn_of(turn))
        case Unknown(Computed(op, of)):
            return _computed(op, tuple(at_turn(one, turn_of) for one in of), Unknown)
        case Part(made, Computed(op, of)):
            found = tuple(at_turn(one, turn_of) for one in of)
            return _computed(op, found, lambda term: Part(made, term))
    return value


def _computed(op: str, of: tuple[Value, ...], made: Callable[[Computed], Value]) -> Value:
    match op, of:
        case "int", (Const(int()) as known,):
            return known
        case _, (left, right) if op in ARITHMETIC:
            number = folded(op, left, right)
            if number is not None:
                return number
            base, offset = shifted(op, left, right)
            if offset is not None:
                return made(Computed("+", (base, offset))) if offset.value else base
    return made(Computed(op, of))


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
