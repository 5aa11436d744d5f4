"""The proof as a page: it takes any name, draws what was drawn, and can be read aloud."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedlint.formats import matrix
from seedlint.formats.drawing import ROWS, clipped, columns, drawing
from seedlint.formats.proof_page import render
from seedlint.formats.text import shown
from seedlint.verify.model import Mask, Masks, Place, Proof, Proved, Remark, Verdict, Watched
from seedlint.verify.target import prove
from seedlint.verify.verdicts import judged
from tests.browser import CHROMIUM, dom, screenshot
from tests.conftest import Lint
from tests.pages import Page

ROOT = Path(__file__).parents[1]
HOSTILE = "</style><script>x</script>&\"'\x1b\u202e"


def mask(units: list[bool], shape: tuple[int, ...] | None = None) -> Mask:
    digits = "".join("01"[unit] for unit in units)
    packed = f"{int(digits.ljust(-(-len(digits) // 8) * 8, '0') or '0', 2):x}"
    width = -(-len(digits) // 8) * 2
    share = sum(units) / len(units) if units else 0.0
    axes = (len(units),) if shape is None else shape
    return Mask(axes, "uniform", digits, packed, packed.zfill(width), len(units), share)


def drawn(number: int, steps: int = 2, draws: int = 1, size: int = 32) -> Masks:
    """What the seed ``number`` gives: other units at each step and draw."""
    return tuple(
        tuple(
            mask([(number * 7 + step * 3 + draw * 5 + at * at) % 11 < 5 for at in range(size)])
            for draw in range(draws)
        )
        for step in range(steps)
    )


def layer(masks: Masks, line: int = 1, name: str = "drop", path: str = "net.py") -> Watched:
    return Watched("Dropout", name, "", "uniform", 0.5, 7, (Place(path, line, 5),), None, masks)


def proof(*runs: tuple[Masks, Masks, Masks], steps: int = 2) -> Proof:
    """Of a layer for each of ``runs``, which are what it drops in each process."""
    by_process = zip(*runs, strict=True)
    layers = judged([[layer(m, line + 1) for line, m in enumerate(run)] for run in by_process])
    return Proof("net.py:build", "seedlint verify net.py:build", steps, {"Keras": "3"}, layers)


ONE, TWO = drawn(1), drawn(2)
TWINS = proof((ONE, ONE, ONE), (TWO, TWO, TWO), (ONE, ONE, ONE))


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param(proof(), "Nothing draws in training", id="nothing"),
        pytest.param(proof((ONE, ONE, ONE)), "1 of 1 layer can be reproduced", id="all is well"),
        pytest.param(proof((ONE, TWO, ONE)), "other than in the first", id="differs"),
        pytest.param(proof((ONE, ONE, TWO)), "global-seed only", id="global seed"),
        pytest.param(proof((ONE, ONE, ())), "nothing drawn", id="a process without it"),
        pytest.param(proof((ONE[:1] * 2,) * 3), "the same as at step 1", id="frozen"),
        pytest.param(proof((drawn(1, 9),) * 3, steps=9), "first 5 of 9 steps", id="many steps"),
        pytest.param(
            proof((drawn(1, 2, 12),) * 3), "11 further draws a step, 4 more are not", id="draws"
        ),
        pytest.param(proof((drawn(1, size=1024),) * 3), "kept", id="large"),
        pytest.param(proof((drawn(1, size=3),) * 3), "kept", id="small"),
        pytest.param(proof(*[(ONE, ONE, ONE)] * 42), "2 further layers are left out", id="many"),
    ],
)
def test_words(told: Proof, words: str) -> None:
    page = readable(render(told))
    assert words in page.text
    assert ("draw the very same numbers" in page.text) == any(
        one.twin is not None for one in told.layers
    )


def test_equal_layers_stand_together() -> None:
    page = readable(render(TWINS))
    cells = [attrs.get("class") for attrs in page.all("td")]
    assert cells.count("same") == 2
    assert page.text.count("= 100%") == 2
    assert "2 layers that drop the very same units" in page.text
    assert "same mask as net.py:1:5" in page.text
    labels = [attrs["aria-label"] for attrs in page.all("svg") if "aria-label" in attrs]
    assert {"layer 1, step 1", "layer 3, step 1"} <= {str(one).split(":")[0] for one in labels}


def test_equal_numbers_at_unlike_rates_are_not_the_same_units() -> None:
    less: Masks = tuple(
        tuple(replace(one, bits="ff" * (one.count // 8)) for one in step) for step in ONE
    )
    page = readable(render(proof((ONE,) * 3, (less,) * 3)))
    assert "at unlike rates" in page.text
    assert "drop the very same units" not in page.text
    assert "= 100%" not in page.text


def test_a_dispute_and_remarks() -> None:
    remark = Remark("SDL001", "`Dropout` has no `seed`", "net.py", 1, 5)
    (one,) = proof((ONE, ONE, ONE)).layers
    told = replace(TWINS, layers=(replace(one, remarks=(remark,), dispute="they disagree"),))
    page = readable(render(told))
    assert "SDL001 Dropout has no seed (net.py:1:5)" in page.text
    assert "Disagreement: they disagree" in page.text
    assert "SDL001 (disagrees)" in page.text
    assert any(link.endswith("#missing-seed") for link in page.links)


TEXT = st.text(max_size=20) | st.just(HOSTILE)


@settings(max_examples=30)
@given(TEXT, TEXT, TEXT, st.sampled_from(Verdict))
def test_names_are_data(name: str, source: str, path: str, verdict: Verdict) -> None:
    remark = Remark("SDL002", source, path, 1, 1)
    own = layer(ONE, 1, name, path)
    found = Proved(own, verdict, (ONE, TWO, ()), 0, source, (remark,), source)
    told = replace(TWINS, target=name, command=source, versions={name: path}, layers=(found,) * 2)
    page = readable(render(told))
    for text in (own.label, source, path):
        assert shown(text).replace("`", "") in page.text.replace("`", "")


def readable(text: str) -> Page:
    """``text``, taken apart: it is whole, loads nothing, and needs neither eyes nor a mouse."""
    page = Page(text)
    assert not page.open
    assert not page.loaded
    assert not page.seen & {"script", "link", "img", "iframe", "object", "form", "use", "image"}
    assert "url(" not in text
    assert "@import" not in text
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link[1:] in page.ids if link.startswith("#") else link.startswith("https://")
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(attrs.get("scope") in {"row", "col"} for attrs in page.all("th"))
    for attrs in page.all("svg"):
        assert attrs.get("aria-hidden") or (attrs["role"] == "img" and attrs["aria-label"])
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(low - high <= 1 for high, low in pairwise(levels))
    return page


# --- what it draws ------------------------------------------------------------------------------

UNITS = st.lists(st.booleans(), min_size=1, max_size=1024)


@given(UNITS)
def test_a_drawing_is_the_mask(units: list[bool]) -> None:
    found = mask(units)
    (path,) = re.findall(r'class="kept" d="([^"]*)"', drawing(found, ""))
    rows = [
        [move == "h" for move, far in re.findall(r"([hm])(\d+)", row) for _ in range(int(far))]
        for row in re.findall(r"M0 \d+\.5([^M]*)", path)
    ]
    assert [unit for row in rows for unit in row] == units[: ROWS * columns(found)]
    assert all(len(row) == columns(found) for row in rows[:-1])
    assert bool(clipped(found)) == (len(units) > ROWS * columns(found))


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        pytest.param((4, 32), 32, id="as it is"),
        pytest.param((4, 1, 16), 16, id="an axis of one"),
        pytest.param((4, 3), 12, id="two axes"),
        pytest.param((4, 8, 8, 2), 16, id="two of four"),
        pytest.param((4, 128), 64, id="half of it"),
        pytest.param((2, 96), 48, id="the largest part that fits"),
        pytest.param((97,), 64, id="no part fits"),
        pytest.param((1,), 1, id="one unit"),
        pytest.param((), 1, id="a scalar"),
        pytest.param((0,), 1, id="nothing"),
    ],
)
def test_a_row_is_the_last_axis_where_that_fits(shape: tuple[int, ...], width: int) -> None:
    assert columns(mask([True] * 8, shape)) == width


@given(st.lists(st.lists(st.booleans(), min_size=8, max_size=9), max_size=5))
def test_the_matrix_is_symmetric(found: list[list[bool]]) -> None:
    told = proof(*[(((mask(units),),),) * 3 for units in found], steps=1)
    cells = matrix.shares(told)
    for row in range(len(found)):
        assert cells[row][row] is None
        for column in range(row):
            assert cells[row][column] == cells[column][row]
            assert (cells[row][column] is None) == (len(found[row]) != len(found[column]))


STYLE = "".join(
    (ROOT / "seedlint/formats" / f).read_text("utf-8") for f in ("page.css", "proof.css")
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast(dark: bool) -> None:
    """By WCAG 2.2: 4.5 for text, 3 for what is drawn."""
    found: dict[str, str] = {}
    for at, block in enumerate(re.findall(r":root \{([^}]*)\}", STYLE)):
        if dark or at % 2 == 0:
            found |= dict(re.findall(r"--(\w+): #(\w{6})", block))
    for name in ("ink", "faint", "link", "bad", "good", "warn"):
        assert contrast(found[name], found["paper"]) >= 4.5
    for under in ("code", "mark", "alike"):
        assert contrast(found["ink"], found[under]) >= 4.5
    assert contrast(found["kept"], found["dropped"]) >= 3


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in bytes.fromhex(colour)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- --report -----------------------------------------------------------------------------------


def test_report(lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedlint.verify.target.prove", lambda *_: TWINS)
    there = lint("verify", "net.py:build")
    outcome = lint("verify", "net.py:build", "--report", "new/out.html")
    assert (outcome.code, outcome.out, outcome.err) == (1, there.out, "")
    assert (tmp_path / "new/out.html").read_text("utf-8") == render(TWINS)


def test_a_report_that_cannot_be_written(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedlint.verify.target.prove", lambda *_: TWINS)
    Path("file").touch()
    outcome = lint("verify", "net.py:build", "--report", "file/out.html")
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "file/out.html: cannot write" in outcome.err
    assert "same mask" in outcome.out


def test_no_report_of_what_is_resumed(lint: Lint) -> None:
    outcome = lint("verify", "net.py:build", "--resume", "--report", "out.html")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert not Path("out.html").exists()


# --- in a browser -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_in_chromium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fails, nothing is refused, and there is a dark page."""
    monkeypatch.chdir(ROOT / "fixtures/five_ways")
    told = prove("net.py:build_model")
    assert set(told.counts) == set(Verdict)
    text = render(told)
    page = tmp_path / "out.html"
    page.write_text(text, "utf-8")
    document, log = dom(page)
    assert "CONSOLE" not in log
    assert readable(text).text.split() == Page(document).text.split()
    images = [tmp_path / f"{name}.png" for name in ("light", "dark")]
    for image in images:
        screenshot(page, image, 1000, 1200, dark=image.stem == "dark")
    light, dark = (image.read_bytes() for image in images)
    assert light.startswith(b"\x89PNG")
    assert light != dark
