"""A `Report` as text, one module a format."""

from __future__ import annotations

from collections.abc import Callable

from seedlint.formats import as_json, concise, full
from seedlint.model import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "full": full.render,
    "concise": concise.render,
    "json": as_json.render,
}
