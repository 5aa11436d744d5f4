"""What a file must hold to matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.needles import (
    CODES,
    FAMILIES,
    capitals,
    holds,
    of_draws,
    of_layers,
    of_others,
    search,
)

NEEDLES = (*of_layers(FAMILIES, ("Shake", "a", "Über")), *of_draws(CODES), *of_others(CODES))
WORDS = tuple(word for needle in NEEDLES for word in needle)
# What stands beside a needle, and what is one but for a letter.
PIECES = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(WORDS).map(lambda word: word[1:]), st.binary(max_size=3)
)


@pytest.mark.parametrize("needle", NEEDLES, ids=repr)
def test_each_needle_is_found(needle: tuple[bytes, ...]) -> None:
    data = b"\nx = ".join(needle)
    assert holds(data, capitals(data), search(NEEDLES))
    assert not holds(data[:-1], capitals(data[:-1]), search([needle]))


@given(st.lists(PIECES).map(b"".join), st.lists(st.sampled_from(NEEDLES), max_size=4))
def test_nothing_else_is(data: bytes, sought: list[tuple[bytes, ...]]) -> None:
    is_there = any(all(word in data for word in needle) for needle in sought)
    assert holds(data, capitals(data), search(sought)) == is_there


def test_all_matters_to_the_empty_needle() -> None:
    assert holds(b"", b"", search([(b"",)]))
