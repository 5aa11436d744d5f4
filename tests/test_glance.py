"""What the bytes of a source tell at a glance."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from seedlint.glance import defined, imports, inside, is_taken, outside
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.run import lint
from tests.projects import write

MEMBERS = {(0, "a"), (0, "a.b")}
DOUBTFUL = {
    "bound later": "def block(x):\n    return x\n\nblock = wrapped(block)\n",
    "bound before, with a type": "block: Callable = None\ndef block(x): pass\n",
    "one of several targets": "def block(x): pass\nother, block = 1, 2\n",
    "imported too": "def block(x): pass\nfrom blocks import block\n",
    "imported in brackets": "def block(x): pass\nfrom blocks import (\n    other,\n    block,\n)\n",
    "imported by another name": "def block(x): pass\nimport other as block\n",
    "in a branch": "if new:\n    def block(x): pass\n",
    "imported alone": "from blocks import block\n",
    "the beginning of a name": "def blocks(x): pass\n",
    "removed": "def block(x): pass\ndel block\n",
    "a loop": "def block(x): pass\nfor block in blocks: pass\n",
}
OWN = {
    "a function": "def block(x):\n    return x\n",
    "a class": "class block(Layer):\n    pass\n",
    "a coroutine": "async def block(x): pass\n",
    "decorated": "@cache\ndef block(x): pass\n",
    "called": "def block(x): pass\nclass Net:\n    a = block(1)\n",
    "beside an import": "from blocks import other\n\n\ndef block(x): pass\n",
}


IMPORTS = {
    "a comment": ("# import a\n", set()),
    "an example in a docstring": ("    >>> from a import b\n", set()),
    "no statement": ("yield from a\nimported = from_a\n", set()),
    "a module": ("import a.b.c as d\n", {(0, "a.b.c"), (0, "a")}),
    "several": ("import a, b as c\n", {(0, "a"), (0, "b")}),
    "several on lines": ("import a, \\\n  b\n", {(0, "a"), (0, "b")}),
    "a name": ("from a import b as c\n", {(0, "a"), (0, "a.b")}),
    "names in brackets": ("from a import (  # why\n  b,\n  c as d,\n)\n", {*MEMBERS, (0, "a.c")}),
    "names on lines": ("from a \\\n  import b, \\\n c\n", {*MEMBERS, (0, "a.c")}),
    "brackets in a comment, and in lines as of old": (
        "from a import (  # (why\n  b,\n)\nfrom a import (  # (b\r  c,\r)\r",
        {*MEMBERS, (0, "a.c")},
    ),
    "relative": (
        "from .. import a\nfrom . b import c\nfrom . \\\n  .b.c \\\n  import d\n",
        {(2, ""), (2, "a"), (1, "b"), (1, "b.c"), (2, "b.c"), (2, "b.c.d")},
    ),
    "one line": ("if x: import a; from a import b\n", MEMBERS),
    "behind a byte-order mark": ("\ufefffrom a import b\n", MEMBERS),
    "lines as of old": ("x = 1\rfrom a import b\r", MEMBERS),
    "all": ("try:\n    from a import *\n", {(0, "a"), (0, "a.*")}),
}


NO_IMPORTS = {
    "comments in brackets that do not end": "from a import (\n"
    + "    b,  # noqa: F401\n" * 20
    + "    c[()],\n)\n",
    "blanks": "from " + " " * 20_000 + "a\n",
    "dots": "from " + "." * 20_000 + "a b\n",
    "a chain": "a" + ".from" * 20_000 + "\n",
}


@pytest.mark.parametrize(("text", "wanted"), IMPORTS.values(), ids=IMPORTS)
def test_what_is_imported(text: str, wanted: set[tuple[int, str]]) -> None:
    found = [
        (source.level, dotted)
        for source in imports(text.encode())
        for dotted in (outside(source), *(inner for inner, _ in inside(source)))
    ]
    assert set(found) == wanted


@pytest.mark.parametrize("text", NO_IMPORTS.values(), ids=NO_IMPORTS)
def test_what_is_no_import_is_soon_told(text: str) -> None:
    """Each of them took minutes, or longer than anybody waits."""
    started = time.process_time()
    list(imports(text.encode()))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", DOUBTFUL.values(), ids=DOUBTFUL)
def test_in_doubt_a_name_is_not_defined(text: str) -> None:
    assert b"block" not in defined(text.encode())


@pytest.mark.parametrize("text", OWN.values(), ids=OWN)
def test_a_name_that_is_defined(text: str) -> None:
    assert b"block" in defined(text.encode())


def test_what_only_defines_is_not_parsed(tmp_path: Path) -> None:
    files = {
        "config.py": "class Config:\n    rate = 0.5\n",
        "reexported.py": "from far import far\n",
        "far.py": "def far(x):\n    return x\n",
        "net.py": "from config import Config\nfrom reexported import far\n"
        "from keras import layers\n\n\ndef net(config: Config):\n"
        "    return layers.Dropout(0.5)\n\n\nCONFIGS = [Config]\n",
    }
    write(tmp_path, files)
    memory = Memory()
    assert len(lint(Request((tmp_path,)), memory=memory).findings) == 1
    assert {Path(name).name for name, _ in memory.known} == {"net.py"}


# `blocks` and `utils` are modules of the project, `torch` is none.
IMPORTED = {b"nn": set(), b"torch": set(), b"blocks": {"blocks.py"}, b"b": {"blocks.py"}}
NOT_TAKEN = {
    "of another library": "x = nn.Block(1)\n",
    "of a module of another library": "x = torch.nn.Block(1)\n",
    "its own": "class Block:\n    pass\n\nBlock()\n",
    "a keyword": "net(Block=blocks)\n",
    "an attribute of an object": "self.Block(1)\n",
    "of an attribute of an object": "self.nets.Block(1)\n",
    "part of a longer name": "blocks.Blocks(b.MyBlock)\n",
    "part of a text": 'error = "no Block"\n',
    "a comment": "# a Block\n",
}
TAKEN = {
    "a member of a module": "x = blocks.Block(1)\n",
    "by an alias of the module": "x = b.Block(1)\n",
    "of something inside a module": "x = blocks.kinds.Block(1)\n",
    "of what cannot be told": "x = net.Block(1)\n",
    "of what a call gives": "x = net().Block(1)\n",
    "of an item": "x = nets[0].Block(1)\n",
    "on a line of its own": "x = (blocks\n    .Block(1))\n",
    "behind a dot on another line": "x = (nn.\n    Block(1))\n",
    "by its name in a text": "x = getattr(blocks, 'Block')\n",
    "once among others": "x = nn.Block(1)\ny = blocks.Block(2)\n",
}


@pytest.mark.parametrize("text", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_name_that_is_not_of_the_project(text: str) -> None:
    assert not is_taken(b"Block", text.encode(), IMPORTED)


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_a_name_that_may_be_of_the_project(text: str) -> None:
    assert is_taken(b"Block", text.encode(), IMPORTED)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"from a import b as c\n", [("a.b", {b"b", b"c"})]),
        (b"import a.b as c\n", [("a.b", {b"c"})]),
        (b"import a.b\n", [("a.b", {b"a"})]),
    ],
)
def test_what_is_imported_under_another_name(text: bytes, wanted: list[object]) -> None:
    (source,) = imports(text)
    assert list(inside(source)) == wanted


@pytest.mark.parametrize(
    ("imports", "wanted"),
    [
        ({b"Block": {"blocks.py"}}, True),
        ({b"*": {"blocks.py"}}, True),
        ({b"Block": set()}, False),
        ({b"*": set()}, False),
    ],
    ids=["imported", "all imported", "imported from elsewhere", "all imported from elsewhere"],
)
def test_a_bare_name_is_what_was_imported(imports: dict[bytes, set[str]], wanted: bool) -> None:
    assert is_taken(b"Block", b"x = Block(1)\n", imports) is wanted


def test_what_uses_a_layer_of_another_library_is_not_parsed(tmp_path: Path) -> None:
    """Though it imports the file in which the project has one of that name."""
    files = {
        "ours.py": "from keras import layers\n\n\ndef Dropout(rate, seed=None):\n"
        "    return layers.Dropout(rate, seed=seed)\n\n\nNOISE = 1\n",
        "theirs.py": "from torch import nn\nfrom ours import NOISE\n\n\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        self.Dropout = nn.Dropout(NOISE)\n",
        "user.py": "import ours\n\nx = ours.Dropout(0.5)\n",
    }
    write(tmp_path, files)
    memory = Memory()
    found = lint(Request((tmp_path,)), memory=memory).findings
    assert [Path(finding.path).name for finding in found] == ["user.py"]
    assert {Path(name).name for name, _ in memory.known} == {"ours.py", "user.py"}
