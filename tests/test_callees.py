"""Calls that need not be evaluated, and those next to them that do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seedlint.model import Applicability
from seedlint.names import Names
from seedlint.request import Request
from seedlint.run import lint
from tests.projects import write

NET = "import keras\n\ndef net(x):\n    return keras.layers.Dropout(0.5)(x)\n"
DROP = "from keras import layers\n\ndef drop(x, seed=None):\n"
DROP += "    return layers.Dropout(0.5, seed=seed)(x)\n"
PLAIN = "from keras import layers\n\nclass Plain:\n    def __init__(self):\n"
PLAIN += "        self.head = layers.Dense(1)\n\n    def call(self, x):\n"
PLAIN += "        return self.head(layers.Dropout(0.5, seed=1)(x))\n"
OWN = "from drops import drop\n\nclass Own:\n    def __init__(self):\n        self.head = drop\n\n"
OWN += "    def run(self, x):\n        return self.head(x)\n"


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str, int]]:
    write(root, files)
    findings = lint(Request((root,))).findings
    return [(Path(f.path).name, f.code, f.span.start.line) for f in findings]


def test_an_attribute_that_is_elsewhere_an_instance_of_another_library(tmp_path: Path) -> None:
    files = {"drops.py": DROP, "own.py": OWN, "plain.py": PLAIN}
    assert found(tmp_path, files) == [("own.py", "SDL001", 8)]


def test_a_file_that_comes_in_later_changes_an_answer(tmp_path: Path) -> None:
    files = {
        "conf.py": "SEED = None\n",
        "net.py": "import conf\nfrom keras import layers\n\n"
        "def net(x):\n    return layers.Dropout(0.5, seed=conf.SEED)(x)\n",
    }
    assert found(tmp_path / "alone", files) == [("net.py", "SDL001", 5)]
    files["setting.py"] = "import conf\n\nconf.SEED = 7\n"
    assert found(tmp_path / "both", files) == []


def test_an_heir_that_comes_in_later_changes_an_answer(tmp_path: Path) -> None:
    base = "from keras import layers\n\nclass Base:\n    seed = None\n\n    def build(self):\n"
    base += "        return layers.Dropout(0.5, seed=self.seed)\n"
    heir = "from base import Base\n\nclass Heir(Base):\n    seed = 7\n"
    assert found(tmp_path / "alone", {"base.py": base}) == [("base.py", "SDL001", 7)]
    assert found(tmp_path / "both", {"base.py": base, "heir.py": heir}) == []


@pytest.mark.parametrize(
    ("known", "times"), [pytest.param(2, 2, id="few"), pytest.param(30, 1, id="too many to tell")]
)
def test_all_begins_anew_only_if_an_heir_changes_an_answer(
    known: int, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    class Counted(Names):
        def __init__(self, *args: Any) -> None:
            begun.append(args)
            super().__init__(*args)

    monkeypatch.setattr("seedlint.names.Names", Counted)
    monkeypatch.setattr("seedlint.judging.Names", Counted)
    base = "from keras import layers\n\nclass Base:\n    seed = None\n\n    def build(self):\n"
    base += "        return layers.Dropout(0.5, seed=self.seed)\n"
    base += "".join(f"class H{n}(Base):\n    seed = {n}\n" for n in range(known))
    heir = "from base import Base\nfrom drops import drop\n\nclass Heir(Base):\n    seed = -7\n\n"
    heir += "def run(x):\n    return drop(x)\n"
    files = {"base.py": base, "drops.py": DROP, "heir.py": heir}
    assert found(tmp_path, files) == [("heir.py", "SDL001", 8)]
    assert len(begun) == times


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ("NETS = {}\n", Applicability.UNSAFE),
        ("from net import net\nNETS = {'a': net}\n", Applicability.DISPLAY),
        ("# With Dropout.\nfrom net import net\nNETS = {'a': net}\n", Applicability.DISPLAY),
        ("from far import net\nNETS = {'a': net}\n", Applicability.UNSAFE),
    ],
    ids=["nobody else", "a file that names no layer", "one that does in a comment", "another net"],
)
def test_who_else_may_call_it(other: str, wanted: Applicability, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "net.py": NET, "nets.py": other, "far.py": "def net(): 0\n"})
    (finding,) = lint(Request((tmp_path,))).findings
    assert finding.fix is not None
    assert finding.fix.applicability is wanted
