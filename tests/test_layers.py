"""The same report, whatever the order in which files and hashes come."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedlint.run import Request, lint
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
    wanted = lint(Request((tmp_path,)))
    found = lint(Request(tuple(tmp_path / name for name in order)))
    assert found.findings == wanted.findings
    assert len(wanted.findings) == 4


def test_hash_seeds_do_not_show(tmp_path: Path) -> None:
    write(tmp_path, FILES)
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
