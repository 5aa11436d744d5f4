"""What leads where is told alike, however much of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from seedlint.reach import explored, leading, reached, turned

PLACES = "abcdefghijkl"
GRAPHS = st.fixed_dictionaries({place: st.sets(st.sampled_from(PLACES)) for place in PLACES})
SOME = st.frozensets(st.sampled_from(PLACES))


@given(GRAPHS, SOME, SOME)
def test_what_leads_to_an_end_is_that_of_a_search_through_all(
    graph: Mapping[str, set[str]], starts: frozenset[str], ends: frozenset[str]
) -> None:
    edges = explored(starts, graph.__getitem__)
    reachable = ends & set().union(*edges.values())

    assert leading(starts, graph.__getitem__, ends.__contains__) == (
        reached(reachable, turned(edges)) & starts
    )


def test_nothing_is_looked_at_beyond_what_tells() -> None:
    seen = []

    def step(place: str) -> Iterable[str]:
        seen.append(place)
        return {"start": ["near", "other"], "other": ["far"], "far": ["farther"]}.get(place, ())

    assert leading({"start"}, step, "near".__eq__) == {"start"}
    assert seen == ["start"]
