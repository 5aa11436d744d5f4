"""Texts that had better be parsed in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint.hazards import is_hazardous

ROOT = Path(__file__).parents[1]

HARMLESS = {
    "a short file": "x = 1\n",
    "a short file that cannot be parsed": "def f(:\n",
    "a long table": f"x = [{'1, ' * 5_000}]\n",
    "a long text": f"x = '''{'(' * 5_000}'''\n",
    "many statements": "x = f(1)\n" * 5_000,
    "a comparison, which is flat": f"x = {' < '.join(['a'] * 1_000)}\n",
    "many handlers": "try: pass\n" + "except A: pass\n" * 500,
}
HAZARDOUS = {
    "a sum": f"x = {'+'.join(['a'] * 2_000)}\n",
    "an alternative, one node of ast": f"x = {' or '.join(['a'] * 20_000)}\n",
    "calls in a chain": f"x = a{'.b()' * 400}\n",
    "attributes in a chain": f"x = a{'.b' * 400}\n",
    "an import of a very deep module": f"import {'.'.join(['a'] * 20_000)}\n",
    "an import from one": f"from {'.'.join(['a'] * 20_000)} import b\n",
    "many arms": "if a: pass\n" + "elif a: pass\n" * 500,
    "brackets": f"x = {'(' * 3_000}{')' * 3_000}\n",
    "in a class, in a method": f"class A:\n  def f(self):\n    if a:\n      x = {'-' * 700}1\n",
    "in the head of a loop": f"for x in {'+'.join(['a'] * 2_000)}:\n  pass\n",
    "over many lines": "x = (\n" + "a +\n" * 700 + "a)\n",
    "two megabytes": "x = 1\n" * 400_000,
    "what this Python cannot parse": "print 'x'\n" * 100,
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless(text: str) -> None:
    assert not is_hazardous(text)


@pytest.mark.parametrize("text", HAZARDOUS.values(), ids=HAZARDOUS)
def test_hazardous(text: str) -> None:
    assert is_hazardous(text)


def test_real_files_are_harmless() -> None:
    paths = [*(ROOT / "seedlint").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    assert not [path for path in paths if is_hazardous(path.read_text("utf-8"))]
