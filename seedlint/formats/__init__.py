"""A `Report` as text, one module a format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

from seedlint.model import Report


def _render(module: str, report: Report, *look: object) -> str:
    text = import_module(f"seedlint.formats.{module}").render(report, *look)
    assert isinstance(text, str)
    return text


# Imported when asked for: most runs need one.
FORMATS: dict[str, Callable[..., str]] = {
    name: partial(_render, module)
    for name, module in {
        "full": "full",
        "concise": "concise",
        "json": "as_json",
        "json-lines": "json_lines",
        "github": "github",
        "gitlab": "gitlab",
        "junit": "junit",
        "sarif": "sarif",
        "html": "as_html",
    }.items()
}
TEXTS = ("full", "concise")
"""Those that take a `concise.Look` too."""
