"""The catalogue against itself and, if marked slow, against the installed packages."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import reduce
from importlib import import_module
from importlib.resources import files
from typing import Any, NamedTuple

import pytest

from seedlint.catalogue import (
    ApiRow,
    Rate,
    Signature,
    Trap,
    extra_row,
    load,
)
from seedlint.needles import DEFAULT_FAMILIES, FAMILIES, OF_FAMILY, OF_RULE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

FOR_PEOPLE = (files("seedlint") / "catalogue.toml").read_text("utf-8")
CATALOGUE = load()
ROWS = tuple(CATALOGUE.rows.values())
CURRENT = tuple(row for row in ROWS if not row.historical)
HISTORICAL = tuple(key for key, row in CATALOGUE.rows.items() if row.historical)

# `keras._tf_keras.keras` is what `tf.keras` shows: it alone has backend.dropout and RandomHeight.
# `keras.src` alone has GroupedQueryAttention, which is public as GroupQueryAttention.
HOMES = {"keras3": ("keras", "keras._tf_keras.keras", "keras.src"), "keras2": ("tf_keras",)}
VERSIONS = [
    pytest.param(row, version, id=f"{row.key} under {version}")
    for row in CURRENT
    if ":" in row.key
    for version in HOMES
]
CLAIMS = [
    pytest.param(row, version, id=f"{row.key} under {version}")
    for row in CURRENT
    for version in row.signatures
]
RATE = re.compile(r"rate|level|(\w+_)?(dropout|keep_prob)")
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Taken(NamedTuple):
    """A parameter of an installed API; ``position`` does not count ``self``."""

    position: int | None
    default: Any

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


@pytest.fixture(scope="module")
def installed() -> Iterator[None]:
    """TensorFlow, Keras 3 and tf_keras, so that an import that fails skips and does not fail."""
    with pytest.MonkeyPatch.context() as patch:
        # Legacy mode alone has compat.v1.layers, which the catalogue calls historical.
        patch.delenv("TF_USE_LEGACY_KERAS", raising=False)
        for package in ("tensorflow", "keras", "tf_keras"):
            pytest.importorskip(package)
        yield


def resolve(path: str) -> Any:
    """The object at dotted ``path``, or ``None``."""
    module = path
    while module := module.rpartition(".")[0]:
        try:
            found: Any = import_module(module)
        except ModuleNotFoundError:
            continue
        names = path[len(module) + 1 :].split(".")
        return reduce(lambda part, name: getattr(part, name, None), names, found)
    return None


def paths(row: ApiRow, version: str) -> Iterator[str]:
    """The dotted paths at which the installed packages have ``row`` under ``version``."""
    _, colon, tail = row.key.partition(":")
    spellings = [f"{home}.{tail}" for home in HOMES[version]] if colon else [row.key]
    return (path for path in spellings if resolve(path) is not None)


def taken(api: Callable[..., object]) -> dict[str, Taken]:
    """What a call of ``api`` may name; keyword only what ``**kwargs`` hands to a base class."""
    found: dict[str, Taken] = {}
    owners = [vars(owner).get("__init__") for owner in api.__mro__] if inspect.isclass(api) else []
    for function in filter(None, owners or [api]):
        parameters = list(inspect.signature(function).parameters.values())[bool(owners) :]
        named = [item for item in parameters if item.kind not in VARIADIC]
        inherited = bool(found)
        for position, item in enumerate(named):
            keyword = inherited or item.kind is inspect.Parameter.KEYWORD_ONLY
            found.setdefault(item.name, Taken(None if keyword else position, item.default))
        if not any(item.kind is inspect.Parameter.VAR_KEYWORD for item in parameters):
            break
    return found


def taken_at(path: str) -> dict[str, Taken]:
    """``taken``, and by keyword what TensorFlow 1 took at ``path``: now ``compat.v1`` has that."""
    older = path if ".compat." in path else path.replace("tensorflow.", "tensorflow.compat.v1.", 1)
    before = {} if (api := resolve(older)) is None else taken(api)
    by_keyword = {name: item._replace(position=None) for name, item in before.items()}
    return by_keyword | taken(resolve(path))


def keeps_seed(api: Callable[..., Any], parameters: dict[str, Taken], seed: str) -> bool:
    """Whether a seed given by keyword ends up in the layer's config.

    In tf_keras 2.21 every random layer's base takes one, which LSTM, GRU, the cells and Attention
    then lose: their masks stay unseeded in some or all modes, so they count as taking none.
    """
    needed = [item for item in parameters.values() if item.position is not None and item.required]
    config = api(*[1 for _ in needed], **{seed: 7}).get_config()
    return bool(config.get(seed) == 7)


def measured(path: str, claim: Signature) -> Signature:
    """The signature of the API at ``path``, told in the names that ``claim`` uses."""
    parameters, name = taken_at(path), claim.seed_name
    seed = parameters.get(name)
    if seed is not None and seed.position is None:
        seed = seed if keeps_seed(resolve(path), parameters, name) else None
    rates = dict.fromkeys(
        [*(rate.name for rate in claim.rates), *filter(RATE.fullmatch, parameters)]
    )
    return Signature(
        takes_seed=seed is not None,
        seed_name=name,
        seed_position=seed and seed.position,
        seed_required=seed is not None and seed.required,
        rates=tuple(
            Rate(
                rate,
                item.position,
                None if item.required else item.default,
                "keep" in rate,
                switch=rate == "include_top",
            )
            for rate in rates
            if (item := parameters.get(rate))
        ),
        traps=tuple(
            Trap(trap.name, item.position)
            for trap in claim.traps
            if (item := parameters.get(trap.name)) and item.position is not None
        ),
    )


def random_layers(module: str) -> set[str]:
    """The classes of ``module`` that drop or add noise, by their bases or their parameters.

    A seed alone tells nothing: JaxLayer and every augmentation layer take one.
    """
    return {
        name
        for name, item in vars(import_module(module)).items()
        if inspect.isclass(item)
        and (
            any(re.search("Dropout|Noise", base.__name__) for base in item.__mro__)
            or any(RATE.fullmatch(parameter) for parameter in taken(item))
        )
    }


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("row", "version"), VERSIONS)
def test_a_row_claims_the_keras_versions_that_have_the_name(row: ApiRow, version: str) -> None:
    assert any(paths(row, version)) == (version in row.signatures)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("row", "version"), CLAIMS)
def test_a_signature_is_the_installed_one(row: ApiRow, version: str) -> None:
    claim = row.signatures[version]
    found = {path: measured(path, claim) for path in paths(row, version)}
    assert found
    assert found == dict.fromkeys(found, claim)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("path", [key for key in HISTORICAL if key.startswith("tensorflow.")])
def test_a_historical_name_is_not_in_the_installed_tensorflow(path: str) -> None:
    assert resolve(path) is None


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "module", ["keras.layers", "keras._tf_keras.keras.layers", "tf_keras.layers"]
)
def test_no_public_layer_that_drops_or_adds_noise_is_lacking(module: str) -> None:
    names = vars(import_module(module))
    default = CATALOGUE.limited_to(DEFAULT_FAMILIES)
    assert {name for name in names if default.find(f"{module}.{name}")} == random_layers(module)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        pytest.param("keras.layers.Dropout", "keras:layers.Dropout", id="the public name"),
        pytest.param("tensorflow.keras.layers.Dropout", "keras:layers.Dropout", id="tf.keras"),
        pytest.param("tf_keras.layers.LSTM", "keras:layers.LSTM", id="tf_keras"),
        pytest.param(
            "keras.src.layers.regularization.dropout.Dropout",
            "keras:layers.Dropout",
            id="the module that defines it",
        ),
        pytest.param(
            "keras.src.layers.attention.grouped_query_attention.GroupedQueryAttention",
            "keras:layers.GroupedQueryAttention",
            id="the class behind another public name",
        ),
        pytest.param("keras.layers.core.Dropout", "keras:layers.Dropout", id="keras to 2.12"),
        pytest.param("keras.api.layers.GRU", "keras:layers.GRU", id="keras 3.3 to 3.9"),
        pytest.param(
            "keras._tf_keras.keras.layers.RandomHeight",
            "keras:layers.RandomHeight",
            id="what tf.keras is made of",
        ),
        pytest.param(
            "keras.api._v2.keras.layers.Dropout", "keras:layers.Dropout", id="keras 2.6 to 2.15"
        ),
        pytest.param(
            "tf_keras.src.layers.rnn.lstm.LSTM", "keras:layers.LSTM", id="deep in tf_keras"
        ),
        pytest.param(
            "tensorflow.python.keras.layers.core.Dropout",
            "keras:layers.Dropout",
            id="the copy inside TensorFlow",
        ),
        pytest.param(
            "tensorflow.compat.v1.keras.layers.GRU", "keras:layers.GRU", id="keras by compat.v1"
        ),
        pytest.param(
            "tensorflow.compat.v2.keras.backend.dropout",
            "keras:backend.dropout",
            id="keras by compat.v2",
        ),
        pytest.param(
            "tensorflow.contrib.keras.layers.Dropout", "keras:layers.Dropout", id="contrib.keras"
        ),
        pytest.param(
            "keras_cv.src.layers.regularization.dropblock_2d.DropBlock2D",
            "keras_cv:layers.DropBlock2D",
            id="keras_cv",
        ),
        pytest.param(
            "keras.src.backend.random.dropout",
            "keras.src.backend.random.dropout",
            id="what keras.random calls is not the op of Keras 2's backend",
        ),
        pytest.param("tensorflow.nn.dropout", "tensorflow.nn.dropout", id="a TensorFlow op"),
        pytest.param(
            "tensorflow.compat.v1.nn.dropout",
            "tensorflow.compat.v1.nn.dropout",
            id="compat.v1 has another signature",
        ),
        pytest.param(
            "tensorflow.contrib.layers.dropout", "tensorflow.contrib.layers.dropout", id="contrib"
        ),
        pytest.param("tf_slim.dropout", "tf_slim.dropout", id="tf_slim"),
        pytest.param("torch.nn.Dropout", None, id="torch"),
        pytest.param("flax.linen.Dropout", None, id="flax"),
        pytest.param("keras.layers.Dense", None, id="a layer that draws nothing"),
        pytest.param("keras.Dropout", None, id="no area between root and name"),
        pytest.param("keras.layers", None, id="a module"),
        pytest.param("keras_tuner.layers.Dropout", None, id="a root is a whole word"),
        pytest.param("my.keras.layers.Dropout", None, id="a root stands first"),
        pytest.param("keras.random.Dropout", None, id="the right name in the wrong area"),
        pytest.param("tensorflow.nn.Dropout", None, id="the case of an op matters"),
        pytest.param("Dropout", None, id="a bare name"),
    ],
)
def test_a_dotted_path_leads_to_its_row(path: str, key: str | None) -> None:
    row = CATALOGUE.find(path)
    assert (row and row.key) == key


def test_a_file_that_names_an_api_holds_a_needle() -> None:
    of_rule = "".join(f" {word}" for words in OF_RULE["SDL012"] for word in words)
    lacking = {
        row.name
        for row in ROWS
        for needles in [OF_FAMILY[row.family] if row.seedable else OF_FAMILY[row.family] + of_rule]
        if not any(needle in row.name for needle in needles.split())
    }
    assert lacking == set()


def test_every_family_can_be_switched_and_has_rows() -> None:
    assert {row.family for row in ROWS} == set(FAMILIES)


def test_the_two_forms_say_the_same() -> None:
    """If not, in the folder ``seedlint``, with Python 3.11 or newer::

    python -c 'import json, sys, tomllib
    print(json.dumps(tomllib.load(sys.stdin.buffer), indent=1))' < catalogue.toml > catalogue.json
    """
    quick = (files("seedlint") / "catalogue.json").read_text("utf-8")
    assert json.loads(quick) == tomllib.loads(FOR_PEOPLE)


def test_no_name_and_no_root_stands_twice() -> None:
    # The loader keeps the last one: a second entry would silently hide the first.
    data = tomllib.loads(FOR_PEOPLE)
    entries = [
        *(entry["names"] for entry in data["api"]),
        *(root["paths"] for root in data["root"]),
    ]
    counts = Counter(name for names in entries for name in names)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("path", CATALOGUE.roots)
def test_roots_inside_one_another_have_one_home(path: str) -> None:
    outer = [root for root in CATALOGUE.roots if path.startswith(f"{root}.")]
    assert {CATALOGUE.roots[root][0] for root in (path, *outer)} == {CATALOGUE.roots[path][0]}


@pytest.mark.parametrize("family", FAMILIES)
def test_limited_to_keeps_the_rows_of_its_families(family: str) -> None:
    limited = CATALOGUE.limited_to([family])
    assert set(limited.rows) == {row.key for row in ROWS if row.family == family}


def test_limited_to_forgets_what_was_found_before() -> None:
    assert CATALOGUE.find("keras.layers.Dropout")
    assert CATALOGUE.limited_to(["noise"]).find("keras.layers.Dropout") is None


def test_limited_to_adds_the_layers_of_a_project() -> None:
    own = extra_row("net.layers.MCDropout")
    limited = CATALOGUE.limited_to(["noise"], [own])
    assert limited.find("net.layers.MCDropout") == own
    assert limited.extra == ("net.layers.MCDropout",)
