"""What counts the turns of a loop: a name that differs at each, and that the place sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedlint import config
from seedlint.fix import mend
from seedlint.model import Applicability, Fix
from seedlint.request import Request
from seedlint.rules import CODES
from tests.projects import run, write

HEAD = "import keras\nfrom keras.layers import Dropout\n"


def after(folder: Path, text: str) -> str:
    write(folder, {".git/HEAD": "", "model.py": HEAD + text})
    settings = config.parse({"fixable": ["SDL001"]}, CODES)
    outcome = mend(Request((folder,), settings), unsafe=True)
    assert not outcome.refused
    new = outcome.changes[0].new.decode() if outcome.changes else HEAD + text
    return new.removeprefix(HEAD)


def fixes(folder: Path, text: str) -> list[Fix]:
    report = run(write(folder, {".git/HEAD": "", "model.py": HEAD + text}))
    return [finding.fix for finding in report.findings if finding.fix is not None]


def in_a_model(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"def build(x, n, rates):\n{lines}    return keras.Model(x, x)\n"


COUNTED = [
    pytest.param(
        "for i in range(n):\n    x = Dropout(0.5)(x)",
        "for i in range(n):",
        "1000 * i",
        id="a range",
    ),
    pytest.param(
        "for i, rate in enumerate(rates, start=1):\n    x = Dropout(rate)(x)",
        "for i, rate in enumerate(rates, start=1):",
        "1000 * i",
        id="an enumerate",
    ),
    pytest.param(
        "for _ in range(n):\n    x = Dropout(0.5)(x)",
        "for i in range(n):",
        "1000 * i",
        id="an underscore",
    ),
    pytest.param(
        "for _, rate in enumerate(rates):\n    x = Dropout(rate)(x)",
        "for i, rate in enumerate(rates):",
        "1000 * i",
        id="an underscore in a pair",
    ),
    pytest.param(
        "for _ in range(n):\n    for _ in range(n):\n        x = Dropout(0.5)(x)",
        "for j in range(n):\n        for i in range(n):",
        "1000 * i + 1000000 * j",
        id="underscores in one another",
    ),
]


@pytest.mark.parametrize(("body", "head", "seed"), COUNTED)
def test_what_counts_already(body: str, head: str, seed: str, tmp_path: Path) -> None:
    (fix,) = fixes(tmp_path, in_a_model(body))
    assert fix.applicability is Applicability.SAFE
    new = after(tmp_path, in_a_model(body))
    assert head in new
    assert f" + {seed})" in new


UNCOUNTED = [
    pytest.param(
        "for _ in range(n):\n    x = Dropout(0.5, name=_)(x)",
        "for _ in range(n):",
        "1000 * _",
        id="an underscore that is read",
    ),
    pytest.param(
        "for size in range(1000000, n):\n    x = Dropout(0.5)(x)",
        "for size in range(1000000, n):",
        "1000 * size",
        id="a range that is not told",
    ),
    pytest.param(
        "for size in range(1000000, 3000000, 1000000):\n    x = Dropout(0.5)(x)",
        "for i, size in enumerate(range(1000000, 3000000, 1000000)):",
        "1000 * i",
        id="a range of large numbers",
    ),
    pytest.param(
        "for i in range(-2000000, 0, 1000000):\n    x = Dropout(0.5)(x)",
        "for j, i in enumerate(range(-2000000, 0, 1000000)):",
        "1000 * j",
        id="a range of small numbers",
    ),
    pytest.param(
        "for i, rate in enumerate(rates, 1000000):\n    x = Dropout(rate)(x)",
        "for j, (i, rate) in enumerate(enumerate(rates, 1000000)):",
        "1000 * j",
        id="an enumerate from afar",
    ),
    pytest.param(
        "for n in range(2):\n    for i in range(0, 4000, 2000):\n        x = Dropout(0.5)(x)",
        "for n in range(2):\n        for j, i in enumerate(range(0, 4000, 2000)):",
        "1000 * j + 1000000 * n",
        id="turns that would meet those of a loop around",
    ),
    pytest.param(
        "for i in range(2):\n    x = [Dropout(0.5) for i in rates][0](x)",
        "for k, i in enumerate(range(2)):\n        x = [Dropout(0.5, seed=",
        "1000 * j + 1000000 * k",
        id="an inner target of its name",
    ),
    pytest.param(
        "x = [Dropout(rate)(x) for i in range(2) for rate in rates]",
        "for i in range(2) for j, rate in enumerate(rates)]",
        "1000 * j + 1000000 * i",
        id="two clauses",
    ),
    pytest.param(
        "place = {}\nfor place[0] in rates:\n    x = Dropout(place[0])(x)",
        "for i, place[0] in enumerate(rates):",
        "1000 * i",
        id="a target that is no name",
    ),
    pytest.param(
        "i = j = k = index = turn = index_2 = n\nfor rate in rates:\n    x = Dropout(rate)(x)",
        "for index_3, rate in enumerate(rates):",
        "1000 * index_3",
        id="no short name is left",
    ),
    pytest.param(
        "for rate in rates if n else ():\n    x = Dropout(rate)(x)",
        "for i, rate in enumerate(rates if n else ()):",
        "1000 * i",
        id="one iterable or another",
    ),
]


@pytest.mark.parametrize(("body", "head", "seed"), UNCOUNTED)
def test_what_has_to_count(body: str, head: str, seed: str, tmp_path: Path) -> None:
    new = after(tmp_path, in_a_model(body))
    assert head in new
    assert f" + {seed})" in new


LEFT = [
    pytest.param("while x:\n    x = Dropout(0.5)(x)", "a `while` loop builds it", id="a while"),
    pytest.param(
        "enumerate = zip\nfor rate in rates:\n    x = Dropout(rate)(x)",
        "`enumerate` is something else there",
        id="another enumerate",
    ),
    pytest.param(
        "x = [Dropout(a)(x) for a in rates for b in rates for c in rates]",
        "too many loops build it",
        id="three clauses",
    ),
    pytest.param(
        "for i in range(3):\n    for j in range(5000):\n        x = Dropout(0.5)(x)",
        "its seeds would leave their range",
        id="too many turns",
    ),
]


@pytest.mark.parametrize(("body", "reason"), LEFT)
def test_what_cannot_count(body: str, reason: str, tmp_path: Path) -> None:
    (fix,) = fixes(tmp_path, in_a_model(body))
    assert (fix.applicability, fix.reason) == (Applicability.DISPLAY, reason)


def test_what_only_awaits(tmp_path: Path) -> None:
    body = "async for rate in rates:\n    x = Dropout(rate)(x)"
    (fix,) = fixes(tmp_path, f"async {in_a_model(body)}")
    assert fix.reason == "an `async for` builds it"


def test_a_star_import_leaves_enumerate_alone(tmp_path: Path) -> None:
    body = "for rate in rates:\n    x = Dropout(rate)(x)"
    text = f"from tensorflow.keras.layers import *\n{in_a_model(body)}"
    assert "for i, rate in enumerate(rates):" in after(tmp_path, text)
