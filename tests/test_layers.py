"""The same report, whatever the order in which files and hashes come."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedlint.data import replace
from seedlint.request import Request
from seedlint.run import lint
from tests.projects import write

FILES = {
    "a.py": "from b import block\nfrom keras.layers import Dropout\n\nx = block(Dropout(0.5), 1)\n",
    "b.py": "from c import inner, SEED\n\ndef block(x, rate, seed=SEED):\n"
    "    return inner(inner(x, rate, seed), rate, seed)\n",
    "c.py": "from keras import layers\nfrom a import x\n\nSEED = None\n\n"
    "def inner(x, rate, seed=None):\n    return layers.Dropout(rate, seed=seed)(x)\n",
    "d.py": "import b\n\nb.block(1, 0.5)\nb.block(1, 0.5, seed=None)\nb.block(1, 0)\n",
}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sorted(FILES)))
def test_any_order_of_files_gives_the_same_report(order: list[str], tmp_path: Path) -> None:
    write(tmp_path, FILES)
    wanted = lint(Request(tuple(tmp_path / name for name in FILES)))
    found = lint(Request(tuple(tmp_path / name for name in order)))
    assert found.findings == wanted.findings
    # What else may build them, only a look at the whole folder tells.
    whole = lint(Request((tmp_path,))).findings
    assert [replace(one, fix=None) for one in whole] == [
        replace(one, fix=None) for one in wanted.findings
    ]
    assert len(wanted.findings) == 4


SHARED = Path(__file__).parents[1] / "fixtures" / "shared_seeds"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sorted(path.name for path in SHARED.glob("*.py"))))
def test_any_order_of_files_gives_the_same_duplicates(order: list[str]) -> None:
    wanted = lint(Request((SHARED,)))
    found = lint(Request(tuple(SHARED / name for name in order)))
    assert found.findings == wanted.findings
    assert {"SDL002", "SDL005", "SDL006"} <= {finding.code for finding in found.findings}


def test_hash_seeds_do_not_show(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    shutil.copytree(SHARED, tmp_path / "shared")
    outputs = {
        subprocess.run(
            [sys.executable, "-m", "seedlint", "--output-format", "json", str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1


def test_each_further_layer_with_a_seed_is_found(tmp_path: Path) -> None:
    line = "    x = layers.Dropout(0.5, seed=42)(x)\n"
    code = f"from keras import layers\n\ndef build(x):\n{line * 40}    return x\n"
    report = lint(Request((write(tmp_path, {"net.py": code}),)))
    lines = [finding.span.start.line for finding in report.findings]
    assert lines == list(range(5, 44))
