"""Headless Chromium, without a network, and with a profile that is gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def dom(page: Path) -> tuple[str, str]:
    """The document that Chromium makes of ``page``, and what it logs."""
    run = _run("--dump-dom", page)
    return run.stdout, run.stderr


def screenshot(page: Path, image: Path, width: int, height: int, dark: bool = False) -> None:
    """The top of ``page`` as a PNG; a window of Chromium is at least 500 pixels wide."""
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    _run(f"--screenshot={image}", page, scheme, f"--window-size={width},{height}")


def _run(task: str, page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", task, page.as_uri()]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", check=True, timeout=120
        )
