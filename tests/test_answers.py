"""What is known of questions does not depend on the order in which they are asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from seedlint.answers import Answers
from seedlint.values import UNKNOWN, Values, const, join

Graph = Mapping[int, Sequence[int]]


class Asked:
    """The answer to a question is its number, with the answers to those that it leads to."""

    def __init__(self, graph: Graph) -> None:
        self.worked_out: Counter[int] = Counter()
        self._graph = graph
        self._answers = Answers()

    def __call__(self, question: int) -> Values:
        found = self._answers.find(question)
        if found is not None:
            return found
        return self._answers.work_out(question, lambda: self._answer(question))

    def _answer(self, question: int) -> Values:
        self.worked_out[question] += 1
        return join([const(question), *map(self, self._graph[question])])


def test_a_circle_cuts_itself_short() -> None:
    ask = Asked({0: [1], 1: [2], 2: [1]})
    assert set(ask(1)) == {*const(1), *const(2), *UNKNOWN}
    assert set(ask(0)) == {*const(0), *ask(1)}


def test_a_circle_that_is_entered_at_the_same_place_is_worked_out_once() -> None:
    ways = range(3, 9)
    ask = Asked({0: [1], 1: [2], 2: [0], **{way: [0] for way in ways}})
    assert len({frozenset(ask(way)) - {*const(way)} for way in ways}) == 1
    assert ask.worked_out == dict.fromkeys((0, 1, 2, *ways), 1)


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, list[int]]:
    size = draw(st.integers(2, 7))
    ends = st.lists(st.integers(0, size - 1), max_size=3)
    return {question: draw(ends) for question in range(size)}


@given(graphs(), st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None)
def test_the_order_of_questions_does_not_show(graph: dict[int, list[int]], chance: Random) -> None:
    alone = {question: Asked(graph)(question) for question in graph}
    ask = Asked(graph)
    assert {question: ask(question) for question in chance.sample([*graph], len(graph))} == alone
