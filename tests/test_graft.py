"""Facts are the same whichever parser reads the text."""

from __future__ import annotations

import ast
import random
import sysconfig
import unicodedata
from pathlib import Path

import pytest

from seedlint.extract import extract
from seedlint.extract.graft import Graft, UnsureError
from seedlint.model import Position, Problem
from seedlint.rule import Rule
from seedlint.rules import RULES
from seedlint.source import Source, decode
from tests.test_extract import LAYOUTS, SOURCES, facts

FIXTURES = [path for path in SOURCES if "fixtures" in path.parts]
STDLIB = Path(sysconfig.get_path("stdlib"))
TEXTS = {
    "nothing": "",
    "an elif, and an else that holds an if": (
        "if f(a):\n  b = 1\nelif f(c):\n  b = 2\nelse:\n  if d:\n    b = 3\n"
    ),
    "an else on its own line": "for a in f(b):\n  pass\nelse:\n  c()\nwhile d: e()\nelse: g()\n",
    "arguments in any order": "f(a, *b, c=1, *d, e=2, **g)\nclass A(B, *c, d=1, **e): pass\n",
    "chains of operators": "x = a and b and c or not d\ny = 1 < a <= b\nz = -a ** +b @ ~c\n",
    "strings in a row": "a = 'b' 'c'\nd = f('e' f'{g(1)}' 'h')\ni = b'j' b'k'\n",
    "strings with escapes": "a = 'b\\n'\nc = r'\\d'\nd = b'\\x00'\ne = 'it\\'s' 'f'\n",
    "strings over lines": 'a = """\nb\n"""; c = f("""\n""")\nd = (\n  "e"  # noqa\n  "f"\n)\n',
    "numbers": "a = [1_000, 0x1F, 0b1, 0o7, 1e3, 1.5j, 10 ** 10, 1e999]\n",
    "a huge number": f"a = {'1' * 500}\n",
    "the same call twice in an f-string": "a = f'{b(1)} {b(1)}'\n",
    "a call in a format": "a = f'{b:{c(1)}} {d(2)!r}'\n",
    "an f-string over lines": 'a = f"""\n{b(1)} {\nc(2)}\n"""\n',
    "braces in an f-string": "a = f'{{b(1)}} {b(1)}'\n",
    "a quoted name in an f-string": 'a = f\'{b["c"]} {d("e")}\'\n',
    "keys": "a[1]; a[b, c]; a[(b, c)]; a[(b), (c)]; a[b:c, ...]; a[()]; a[f((1)), (2)]\n",
    "keys with parentheses in strings": "a[('(', b)]\n",
    "targets": "a, *b = [c, (d, e)] = f()\ng.h[1].i = j['k'] = l\nm: int = 1\nn: str\no += p()\n",
    "deletions": "del a\ndel b, c.d, e[f()]\n",
    "imports": (
        "import a.b.c, d as e\nfrom . import f\nfrom ..g.h import (i,\n  j as k)\nfrom l import *\n"
    ),
    "blanks in an import": "import a . b\nfrom c import (  d  as  e  )\n",
    "comments between a value and its clause": (
        "a = [(b)  # one\n  # two)\n  for c in (d) if (e) for f in g]\n"
        "h = {i: (j\n  ) for k in l}\n"
    ),
    "an asynchronous loop": (
        "async def a():\n  async for b in c: await d(b)\n"
        "  async with e as f, g: return [h async for h in f]\n"
    ),
    "parameters": "def a(b, /, c: int = f(1), *d, e, g=h(2), **i) -> j(3): yield k\n",
    "lambdas": "a = lambda: 0\nb = lambda c, *, d=e(1), **f: (yield)\n",
    "definitions on odd lines": "@a\n@b(1)\nasync   def  c(): ...\nclass   D : 'text'\n",
    "a definition over lines": "def \\\n  a(): b()\n",
    "handlers": (
        "try: a()\nexcept (B, C) as d: e(d)\nexcept F: g()\nexcept: h()\nelse: i()\nfinally: j()\n"
    ),
    "a handler over lines": "try:\n  a()\nexcept (\n  B\n) as c:\n  pass\n",
    "names of other scopes": "def a():\n  global b, c\n  def d():\n    nonlocal e\n",
    "statements of one word": (
        "while a:\n  pass; break\n  continue\nassert b(), c()\nraise d() from e\n"
    ),
    "comments that silence": (
        "a = 1  # noqa: SDL001\n'# noqa'\nb = '#' # seedlint: ignore[SDL002] c\n"
    ),
    "a comment that silences between strings": "a = ('b'  # noqa\n  'c')\n",
    "a comment inside a comment": "a()  # b # noqa: SDL001   \n",
    "names beyond ASCII": (
        "é = 'ü'; ñ = f(é); [ß for ß in 'ä' if g('ö')]\n\n'日本'; import a as 日本\n"
    ),
    "a deep expression": "a = " + " + ".join(f"f({n})" for n in range(2_000)) + "\n",
    "a deep expression without calls": "a = " + " + ".join(f"b{n}" for n in range(70)) + "\n",
    "one that is deep behind a call": "a = b(c) + (" + " and ".join("d" * 70) + ")\n",
    "a deep display": "a = " + "[" * 65 + "b" + "]" * 65 + "\nc = f'{d(1)}'\n",
    "a deep attribute": "a = f'{b(1)}', c" + ".d" * 70 + "\n",
    "values without calls": (
        "a = [b, (c,), {d: 1, **e}, {'f'}, *g, ...]; h = i if j else -k; l = m[n:o, p], q[r]\n"
        "s = t[::], not u, ~v, w < x, y < z < a, b'c', 'd' 'e', f'g{h:{i}}', r'j'\n"
        "k = '\\k', 1_0, 1e3, None\n"
    ),
    "values beside calls": (
        "a = [b, c(), *d], {e: f(), **g}\n"
        "a = h[i(), j:k], l + m(), n < o(), p and q(), not r(), s[t:u()]\n"
    ),
    "what a call changes": (
        "a.append('b'); c.d.update(e=f); vars(g).update(h=1); setattr(self, 'i', j); k.shuffle(l)\n"
        "os.environ['m'] = 'n'; os.putenv('o', p); q().pop('r'); t.u[v].clear(); sys.exit(w)\n"
        "class A:\n  def b(self):\n    self.c.append('d'); vars(self).update(e=1)\n"
        "    setattr(self, 'f', 1); setattr(self, g, h()); k.shuffle(self.l); return self.m.pop()\n"
    ),
    "what ends a branch": "if a:\n  sys.exit(1)\nelif b:\n  exit()\nelif c:\n  d()\nelse:\n  e\n",
    "exotic blanks": "a = f(1)\n\x0c\nb = g(2)\nc = '\x1c\u2028'; h()\n",
    "Windows lines": "a = f(\r\n  1)\r\nb = '''\r\n'''\r\n",
    "a walrus": "if (a := f(1)) and [b := c for c in d]: e(a)\n",
    "one line": "if a: b(); c()\nclass D: e = 1; f = g()\n",
}


def same(source: Source) -> None:
    """Check that both ways to its facts agree."""
    assert extract(source) == extract(source, grafted=False)


@pytest.mark.parametrize("text", [*TEXTS.values(), *LAYOUTS.values()], ids=[*TEXTS, *LAYOUTS])
def test_facts_are_the_same(text: str) -> None:
    same(Source("model.py", text, "utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_facts_of_a_file_are_the_same(path: Path) -> None:
    same(Source(path.name, path.read_text("utf-8"), "utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_facts_of_examples_are_the_same(rule: Rule) -> None:
    for text in (t for one in (*rule.silent, *rule.caught) for t in one.files.values()):
        same(Source("model.py", text, "utf-8"))


@pytest.mark.slow
def test_facts_of_the_standard_library_are_the_same() -> None:
    paths = sorted(STDLIB.glob("*.py")) + sorted((STDLIB / "test").glob("*.py"))
    for path in random.Random(7).sample(paths, min(60, len(paths))):
        source = decode(path.read_bytes(), path.name)
        if isinstance(source, Source) and is_for_both(source):
            same(source)


def is_for_both(source: Source) -> bool:
    """LibCST 1.9 refuses some of what Python tests itself with, and leaves names as written."""
    plain = unicodedata.normalize("NFKC", source.text) == source.text
    return plain and not isinstance(extract(source, grafted=False), Problem)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_ordinary_files_need_no_other_parser(path: Path) -> None:
    text = path.read_text("utf-8")
    assert Graft(text, ast.parse(text)).module.body is not None


def test_a_form_feed_counts_as_a_sign() -> None:
    # LibCST 1.9 loses it in front of a statement.
    assert [call.span.start for call in facts("\x0ca = f(1)\n").calls] == [Position(1, 6)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("match a:\n  case b: c()\n", id="a match"),
        pytest.param("def \\\n  a(): b()\n", id="a name on another line"),
        pytest.param("a[('(', b)]\n", id="parentheses that may be letters"),
        pytest.param("import a . b\n", id="a dotted name with blanks"),
    ],
)
def test_what_is_not_certain_is_left_to_libcst(text: str) -> None:
    with pytest.raises(UnsureError):
        Graft(text, ast.parse(text))
