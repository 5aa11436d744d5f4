"""Where one more entry goes into what a function returns."""

from __future__ import annotations

import pytest

from seedlint.edits import apply
from seedlint.mappings import entered


def written(text: str, line: int = 1) -> str | None:
    found = entered(tuple(text.split("\n")), line, "k", "1")
    return None if found is None else apply(text, found)


CASES = {
    "a display": ("return {'a': 0}", "return {'a': 0, 'k': 1}"),
    "an annotated one": ('c: dict = {"a": 0}; return c', 'c: dict = {"a": 0, "k": 1}; return c'),
    "a call": ("return dict(a=0)", "return dict(a=0, k=1)"),
    "a union": ("return x | {'a': 0} | y", "return {**x | {'a': 0} | y, 'k': 1}"),
    "a name that is no local one": ("return x", 'return {**x, "k": 1}'),
    "a name that is set twice": (
        "c = {}\n    c = dict(c)\n    return c",
        'c = {}\n    c = dict(c)\n    c["k"] = 1\n    return c',
    ),
    "a name that is set in a branch": (
        "c = {}\n    if x:\n        c = {'a': 0}\n    return c",
        "c = {}\n    if x:\n        c = {'a': 0}\n    c['k'] = 1\n    return c",
    ),
    "either of two": ("return a if x else b", 'return {**(a if x else b), "k": 1}'),
    "nothing": ("return", None),
    "no end": ("raise ValueError", None),
    "a function inside": (
        "def g():\n        return {}\n    return {**g()}",
        'def g():\n        return {}\n    return {**g(), "k": 1}',
    ),
    "a comment further out": ("c = {}\n# c\n    return c", 'c = {"k": 1}\n# c\n    return c'),
    "an f-string": ("return {f'{x}': 0}", "return {f'{x}': 0, \"k\": 1}"),
    "characters of several bytes": ("return f('ä', '😀')", "return {**f('ä', '😀'), 'k': 1}"),
}


@pytest.mark.parametrize(("old", "new"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("head", ["def f(x):\n    ", "def f(\n    x,\n):\n    "])
def test_entered(old: str, new: str | None, head: str) -> None:
    assert written(head + old) == (None if new is None else head + new)


def test_beside_what_cannot_be_parsed() -> None:
    text = '!ls\nclass A:\n    def f(self):\n        """ä\nb"""\n        return {}\n\n%time x\n'
    assert written(text, 3) == text.replace("{}", '{"k": 1}')


def test_what_is_no_function() -> None:
    assert written("x = 1") is None
    assert written("def f(:\n    return {}") is None
