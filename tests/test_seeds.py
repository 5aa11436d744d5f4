"""Seeds are frozen: what was derived once is derived again, on every machine."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint.seeds import derived, literals

# Worked out by sha256sum and bc. Changing one of them breaks what seedlint promises.
GOLDEN = {
    ("model.py", 0): (1616513153, 558026381),
    ("model.py", 1): (1879345856, 315153548),
    ("src/pkg/nets.py", 12): (1791587508, 1616776850),
    ("src/média/réseau.py", 3): (1527484892, 976306715),
    ("a b/c.py", 0): (32684721, 973362626),
}


@pytest.mark.parametrize(("place", "seeds"), GOLDEN.items())
def test_golden(place: tuple[str, int], seeds: tuple[int, int]) -> None:
    assert derived(*place, taken=()) == seeds[0]
    assert derived(*place, taken={seeds[0]}) == seeds[1]


def test_every_system_derives_the_same() -> None:
    paths: list[PurePath] = [PureWindowsPath(r"src\pkg\nets.py"), PurePosixPath("src/pkg/nets.py")]
    assert [derived(path.as_posix(), 12, ()) for path in paths] == [1791587508] * 2


@given(st.text(st.characters()), st.integers(0, 10_000), st.integers(0, 5))
def test_range_and_attempts(path: str, index: int, used: int) -> None:
    taken: set[int] = set()
    for _ in range(used):
        taken.add(derived(path, index, taken))
    seed = derived(path, index, taken)
    assert len(taken) == used
    assert seed not in taken
    assert 10**6 <= seed <= 2147483645


def test_a_file_name_that_is_no_text() -> None:
    assert derived("caf\udce9.py", 0, ()) != derived("caf\udce8.py", 0, ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("x = 123456", [], id="six digits"),
        pytest.param("x = 1234567", [1234567], id="seven"),
        pytest.param("x = 2147483645", [2147483645], id="ten"),
        pytest.param("x = 12345678901", [], id="eleven"),
        pytest.param("x = 1_000_003", [1000003], id="underscores"),
        pytest.param("x = 1__000_003", [], id="two underscores are no number"),
        pytest.param("x = 1_000_003_", [], id="nor is one at the end"),
        pytest.param("f(1000003,seed=1000004)", [1000003, 1000004], id="arguments"),
        pytest.param("-1000003+1000004", [1000003, 1000004], id="signs"),
        pytest.param("0x1000003 0o1000003 0b1000001", [], id="other bases"),
        pytest.param("1000003j 1000003e5", [], id="imaginary numbers, exponents"),
        pytest.param("x1000003 _1000003 é1000003 1000003é", [], id="names"),
        pytest.param("0000000 0123456", [], id="a leading zero"),
        pytest.param("'1000003' # 1000004", [1000003, 1000004], id="texts and comments"),
        pytest.param("1000003\r\n1000004", [1000003, 1000004], id="lines"),
    ],
)
def test_literals(text: str, found: list[int]) -> None:
    assert list(literals(text.encode())) == found
    assert list(literals(text.encode("latin-1"))) == found


@given(st.integers(0, 10_000), st.booleans())
def test_every_derived_seed_is_found_again(index: int, grouped: bool) -> None:
    seed = derived("m.py", index, ())
    text = f"Dropout(0.5, seed={seed:_})" if grouped else f"Dropout(0.5, seed={seed} + 1000 * i)"
    assert list(literals(text.encode())) == [seed]
