"""Small notebooks, in every style in which they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COLAB = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}


def cell(source: str, kind: str = "code", **metadata: object) -> dict[str, Any]:
    own: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    lines = source.splitlines(keepends=True)
    return {"cell_type": kind, "metadata": metadata, **own, "source": lines}


def notebook(*cells: str | dict[str, Any], metadata: object = COLAB) -> dict[str, Any]:
    whole = [cell(one) if isinstance(one, str) else one for one in cells]
    return {"cells": whole, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def dumped(*cells: str | dict[str, Any], **options: object) -> bytes:
    return json.dumps(notebook(*cells), **options).encode()  # type: ignore[arg-type]


def write(folder: Path, name: str, *cells: str | dict[str, Any], indent: int = 1) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dumped(*cells, indent=indent))


STYLES: dict[str, Callable[[Any], bytes]] = {
    "indent 1": lambda book: json.dumps(book, indent=1, ensure_ascii=False).encode() + b"\n",
    "indent 2": lambda book: json.dumps(book, indent=2, ensure_ascii=False).encode(),
    "tabs": lambda book: json.dumps(book, indent="\t", ensure_ascii=False).encode(),
    "a line": lambda book: json.dumps(book, ensure_ascii=False).encode(),
    "no spaces": lambda book: json.dumps(book, separators=(",", ":")).encode(),
    "ASCII": lambda book: json.dumps(book, indent=1, sort_keys=True).encode() + b"\n",
    "Windows": lambda book: json.dumps(book, indent=1).replace("\n", "\r\n").encode(),
    "a byte-order mark": lambda book: b"\xef\xbb\xbf" + json.dumps(book).encode(),
    "other escapes": lambda book: json.dumps(book).replace("D", r"\u0044").encode(),
}
FORMS: dict[str, Callable[[str], object]] = {
    "lines": lambda source: re.findall(r"[^\n]*\n|[^\n]+", source),
    "a string": lambda source: source,
    "a list of one": lambda source: [source],
    "pieces": lambda source: re.findall(r"(?s).{1,3}", source),
}
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
each_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
