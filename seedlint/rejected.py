"""Seeds that a framework refuses, or silently bends."""

from __future__ import annotations

from seedlint.kinds import Kinds
from seedlint.layers import Layer
from seedlint.values import Const, Value, is_text

LIMIT = 2**31 - 2
# What Keras 2, and TensorFlow's own ops, take: an array's element is an int to them.
TAKEN_BY_OPS = frozenset({"int", "NumPy integer", "NumPy array", "tensor"})


def complaint(kinds: Kinds, layer: Layer) -> str | None:
    """What is certainly wrong with the seed of ``layer``, whichever of its values it is."""
    if not layer.site.signature.takes_seed:
        return None
    reasons = [_reason(layer, alt.value, kinds.of(alt.value)) for alt in layer.seed]
    return reasons[0] if reasons and all(reasons) else None


def _reason(layer: Layer, value: Value, kind: str | None) -> str | None:
    """What is wrong with ``value`` as the seed of ``layer``; ``None`` if that cannot be told."""
    site = layer.site
    if site.signature.seed_required:
        return "one int, where two are wanted" if kind == "int" else None
    match value:
        case Const(int() as known) if kind == "int":
            if known < 0:
                return f"{known}, a negative number: it is taken modulo 2**31 - 2"
            return f"{known}: it is taken modulo 2**31 - 2" if known >= LIMIT else None
    if kind is None or kind == "int" or (kind in TAKEN_BY_OPS and not is_strict(layer)):
        return None
    if kind == "SeedGenerator" and site.row.stateless:
        return None
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind}, which {_fate(kind, is_strict(layer))}"


def _fate(kind: str, strict: bool) -> str:
    if strict:
        return "Keras 3 refuses; write `int(...)`" if "NumPy" in kind else "Keras 3 refuses"
    return "is cut to an int" if kind in ("bool", "float") else "is refused in training"


def is_strict(layer: Layer) -> bool:
    """Whether Keras 3 checks the seed of ``layer``, when it is built or called."""
    return layer.site.keras == 3 and layer.site.row.draws in ("layer", "fixed")


def is_bent(kinds: Kinds, layer: Layer) -> bool:
    """Whether ``layer`` may work with the seed that is wrong, in some version of Keras.

    Keras 3.5 takes a bool, Keras 2 a float too; a number out of range is taken everywhere.
    """
    bent = {"bool", "int"} if is_strict(layer) else {"bool", "int", "float"}
    return any(kinds.of(alt.value) in bent for alt in layer.seed)


def meant(kinds: Kinds, layer: Layer) -> bool:
    """Whether ``int(...)`` of the seed of ``layer`` is what its writer meant, or what it is now."""
    return all(_is_meant(layer, alt.value, kinds.of(alt.value)) for alt in layer.seed)


def _is_meant(layer: Layer, value: Value, kind: str | None) -> bool:
    match value:
        case Const(float() as known):
            is_kept = known.is_integer() or not is_strict(layer)
            return is_kept and 0 <= known < LIMIT
        case Const(str() as known):
            return known.isascii() and known.isdecimal() and int(known) < LIMIT
    # A text that is no constant comes from outside: from the environment.
    return kind == "NumPy integer" or (kind == "str" and not is_text(value))
