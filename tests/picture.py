"""Makes ``docs/verify.png`` anew, the picture in the README: ``python -m tests.picture``.

It needs TensorFlow, and of Debian's packages ``chromium``, ``pngquant`` and ``optipng``.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from seedlint.formats.proof_page import render
from seedlint.verify.target import prove
from tests.browser import screenshot

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 1000, 1095


def main() -> None:
    picture = ROOT / "docs/verify.png"
    os.chdir(ROOT / "fixtures/five_ways")
    with TemporaryDirectory() as folder:
        page = Path(folder) / "out.html"
        page.write_text(render(prove("net.py:build_model")), "utf-8")
        screenshot(page, picture, WIDTH, HEIGHT)
    subprocess.run(["pngquant", "--force", "--output", picture, "64", picture], check=True)
    subprocess.run(["optipng", "-quiet", "-o5", picture], check=True)


if __name__ == "__main__":
    main()
