"""What follows from what several processes saw."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.verify.model import (
    Mask,
    Masks,
    Place,
    Proof,
    Proved,
    Remark,
    Verdict,
    Watched,
    proof,
    to_json,
)
from seedlint.verify.verdicts import bits, judged, overlap

LINE = Place("net.py", 3, 5)


def mask(word: str, length: int = 8) -> Mask:
    """One whose first values are ``word``, repeated."""
    head = (word.encode().hex() * length)[: 8 * length]
    return Mask((length,), "float32 uniform", f"{word}{length}", head, "aa", 8, 0.5)


def masks(*words: str) -> Masks:
    """One draw a step."""
    return tuple((mask(word),) for word in words)


def layer(steps: Masks, place: Place = LINE, name: str = "dropout") -> Watched:
    return Watched("Dropout", name, "", "uniform", 0.5, None, (place,), None, steps)


ONE, TWO, FROZEN = masks("abcd", "efgh"), masks("ijkl", "mnop"), masks("abcd", "abcd")


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        pytest.param((ONE, ONE, ONE), Verdict.REPRODUCIBLE, id="the same in all processes"),
        pytest.param((ONE, ONE, TWO), Verdict.GLOBAL_SEED_ONLY, id="moved where it is disturbed"),
        pytest.param((ONE, TWO, ONE), Verdict.DIFFERS, id="another in the second process"),
        pytest.param((ONE, ONE[:1], ONE), Verdict.DIFFERS, id="fewer steps in the second process"),
        pytest.param((FROZEN, FROZEN, FROZEN), Verdict.FROZEN, id="the same at every step"),
        pytest.param((FROZEN, TWO, FROZEN), Verdict.DIFFERS, id="the worst of two"),
        pytest.param((ONE[:1],) * 3, Verdict.REPRODUCIBLE, id="one step is not frozen"),
    ],
)
def test_one_layer(runs: tuple[Masks, ...], verdict: Verdict) -> None:
    (found,) = judged([[layer(steps)] for steps in runs])
    assert found.verdict is verdict
    assert found.masks == runs


def test_a_layer_that_only_one_process_has_differs() -> None:
    found = judged([[layer(ONE), layer(TWO)], [layer(ONE)], [layer(ONE)]])
    assert [one.verdict for one in found] == [Verdict.REPRODUCIBLE, Verdict.DIFFERS]


SHORT = tuple((mask(word, 3),) for word in ("abcd", "efgh"))
LATE = masks("efgh", "abcd")
TWICE = tuple(zip(TWO, ONE, strict=True))


@pytest.mark.parametrize(
    ("second", "twin"),
    [
        pytest.param(TWO, None, id="others"),
        pytest.param(LATE, None, id="the same ones at other steps"),
        pytest.param(((mask("abcd"),), (mask("zzzz"),)), None, id="only once"),
        pytest.param(((), ()), None, id="no draws"),
        pytest.param(tuple((replace(step[0], kind="half"),) for step in ONE), None, id="a type"),
        pytest.param(ONE, 0, id="the same"),
        pytest.param(SHORT, 0, id="of another shape"),
        pytest.param(tuple((b[0], a[0]) for a, b in TWICE), 0, id="one of two draws"),
    ],
)
def test_two_layers(second: Masks, twin: int | None) -> None:
    first, other = judged([[layer(ONE), layer(second, Place("net.py", 9))]] * 3)
    assert first.verdict is Verdict.REPRODUCIBLE
    assert other.twin == twin
    assert (other.verdict is Verdict.SAME_MASK) == (twin is not None)


def test_three_of_a_kind_name_the_first() -> None:
    places = [Place("net.py", line) for line in (1, 2, 3)]
    found = judged([[layer(ONE, place) for place in places]] * 3)
    told = Proof("net.py:build", "", 2, {}, found)
    assert [told.says(one) for one in found] == ["reproducible", *2 * ["same mask as net.py:1"]]
    assert not told.holds


BITS = st.lists(st.booleans(), min_size=1, max_size=40)


def of_bits(units: list[bool]) -> Mask:
    digits = "".join("1" if unit else "0" for unit in units)
    padded = digits.ljust(-(-len(digits) // 8) * 8, "0")
    packed = bytes(int(padded[at : at + 8], 2) for at in range(0, len(padded), 8))
    return replace(mask("abcd"), bits=packed.hex(), count=len(units))


def once(units: list[bool]) -> Masks:
    """One draw of ``units`` at one step."""
    return ((replace(of_bits(units), shape=(len(units),)),),)


@given(BITS, BITS)
def test_overlap(one: list[bool], other: list[bool]) -> None:
    assert bits(of_bits(one)) == one
    found = overlap(once(one), once(other))
    assert found == overlap(once(other), once(one))
    assert (found is None) == (len(one) != len(other))
    if found is not None:
        equal = [a == b for a, b in zip(one, other, strict=True)]
        assert found.share == pytest.approx(sum(equal) / len(equal))
        assert 0 <= found.chance <= 1
        assert found.excess <= 1


@given(BITS)
def test_overlap_with_itself_and_with_its_contrary(units: list[bool]) -> None:
    found = overlap(once(units), once(units))
    assert found
    assert found.share == 1
    assert found.excess == pytest.approx(float(len(set(units)) == 2))
    contrary = overlap(once(units), once([not unit for unit in units]))
    assert contrary
    assert contrary.share == 0


def test_no_overlap_of_nothing() -> None:
    assert overlap(((), ()), ((), ())) is None
    assert overlap(once([]), once([])) is None
    assert overlap(once([True]), ()) is None


def test_a_proof_survives_json() -> None:
    drawn = replace(layer(ONE), drawn=replace(LINE, end_line=4, end_column=2))
    remark = Remark("SDL001", "no seed", "net.py", 3, 5)
    proved = Proved(drawn, Verdict.FROZEN, (ONE, ONE, ()), 0, "x = 1", (remark,), "no")
    told = Proof("net.py:build", "seedlint verify", 2, {"Python": "3.11"}, (proved,))
    assert proof(json.loads(json.dumps(to_json(told)))) == told
