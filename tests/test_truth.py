"""The examples of the rules, run on the installed TensorFlow: do they say the truth?

Two fresh processes run every example, each with the global generators somewhere else. A line that
is marked must show what its rule says, and no other line may. What no run can tell, such as the
lines of a function that nothing calls, is skipped with the reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from seedlint import config
from seedlint.request import Request
from seedlint.rule import Example
from seedlint.rules import CODES, RULES
from seedlint.run import lint
from tests.projects import MARK, found, write
from tests.truth.judges import CHANCE, IN_STEPS, JUDGES, KINDS, Verdict
from tests.truth.lies import LIES
from tests.truth.measured import Case, Lines, Rounds, program

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
# A draw out of 1000 is now and then the same in both processes, but not in every round.
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """An example of the rule ``code``, or a lie about it; ``number`` is its place in `TOLD`."""

    number: int
    code: str
    example: Example

    def __str__(self) -> str:
        return f"{self.code}-{self.example.reason}"

    @property
    def marked(self) -> Lines:
        """The lines that are marked with the code."""
        return frozenset(
            f"{name}:{number}"
            for name, text in self.example.files.items()
            for number, line in enumerate(text.split("\n"), start=1)
            if (match := MARK.search(line)) and match[1] == self.code
        )

    @property
    def untellable(self) -> str | None:
        """Why running it here would not tell."""
        text = "".join(self.example.files.values())
        legacy = "tf_keras" in text or "TF_USE_LEGACY_KERAS" in text
        if legacy or self.example.settings.get("keras-version") == 2:
            return "it is about Keras 2"
        return None


def told() -> list[Told]:
    judged = [rule for rule in RULES if rule.code in JUDGES]
    pairs = [(rule.code, one) for rule in judged for one in (*rule.silent, *rule.caught)]
    pairs += [(code, lie) for code, lies in LIES.items() for lie in lies]
    return [Told(number, code, one) for number, (code, one) in enumerate(pairs)]


TOLD = told()
TRUTHS = [one for one in TOLD if one.example not in LIES[one.code]]
Runs = list[tuple[Rounds, Rounds]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """What each of `TOLD` did in each of two processes."""
    # One after the other: two that read the clock at once would draw the same.
    first, second = (in_process(number, tmp_path_factory.mktemp("truth")) for number in range(2))
    return list(zip(first, second, strict=True))


def in_process(number: int, folder: Path) -> list[Rounds]:
    job, result = folder / "job.json", folder / "result.json"
    work = {
        "process": number,
        "folder": str(folder),
        "examples": [
            (dict(one.example.files), one.code in IN_STEPS, ROUNDS if one.code in CHANCE else 1)
            for one in TOLD
        ],
    }
    job.write_text(json.dumps(work), "utf-8")
    env = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    # It would make the hash of a text the same in both.
    env.pop("PYTHONHASHSEED", None)
    command = [sys.executable, "-m", "tests.truth.child", str(job), str(result)]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return [
        tuple(tuple(map(program, programs)) for programs in rounds)
        for rounds in json.loads(result.read_text("utf-8"))
    ]


def kindred(one: Told, folder: Path) -> Lines:
    """The lines that rules of the same kind catch."""
    settings = config.parse(one.example.settings, CODES)
    report = lint(Request((write(folder, one.example.files),), settings))
    kind = next(kind for kind in KINDS if one.code in kind)
    return frozenset(f"{name}:{line}" for name, line, code in found(folder, report) if code in kind)


def verdicts(one: Told, runs: Runs, excused: Lines) -> list[Verdict]:
    """Of an example that lacks a package only the marked lines are judged."""
    by_model = one.example.settings.get("duplicate-scope", "model") == "model"
    case = Case(one.marked, excused, runs[one.number], by_model)
    failures = [failure for program in case.programs for failure in program.failures]
    lacks = any(failure.text.startswith("ModuleNotFoundError") for failure in failures)
    return [verdict for verdict in JUDGES[one.code](case) if verdict.caught or not lacks]


@pytest.mark.parametrize("one", TRUTHS, ids=str)
def test_example(one: Told, runs: Runs, tmp_path: Path) -> None:
    if one.untellable is not None:
        pytest.skip(one.untellable)
    judged = verdicts(one, runs, kindred(one, tmp_path))
    assert [str(verdict) for verdict in judged if not verdict.right] == []
    if not judged:
        pytest.skip(unjudged(runs[one.number]))


def unjudged(runs: tuple[Rounds, Rounds]) -> str:
    failures = [failure.text for program in runs[0][0] for failure in program.failures]
    return " ".join(failures[:1]) or "nothing calls what would draw"


@pytest.mark.parametrize("code", sorted({one.code for one in TRUTHS}))
def test_both_kinds_are_judged(code: str, runs: Runs, tmp_path: Path) -> None:
    own = [one for one in TRUTHS if one.code == code and one.untellable is None]
    judged = {
        one.number: verdicts(one, runs, kindred(one, tmp_path / str(one.number))) for one in own
    }
    caught = [one for one in own if one.marked and judged[one.number]]
    silent = [one for one in own if not one.marked and judged[one.number]]
    lines = sum(verdict.caught for verdicts in judged.values() for verdict in verdicts)
    print(f"{len(caught)} caught examples ({lines} lines), {len(silent)} silent ones")
    assert caught
    assert silent


@pytest.mark.parametrize("one", [one for one in TOLD if one not in TRUTHS], ids=str)
def test_a_lie_comes_out(one: Told, runs: Runs) -> None:
    assert any(not verdict.right for verdict in verdicts(one, runs, frozenset()))
