"""The language server through many edits: what each takes, and what memory is left with it.

``python -m benchmarks.server_soak --edits 10000``; Linux alone tells the memory of a process.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.soak import FILES, resident, texts
from tests.editor import Editor, capable
from tests.projects import write

STEPS = 10
ACTION_EVERY = 50


async def soak(root: Path, edits: int) -> None:
    editor = Editor(root)
    await editor.start(capable())
    for name in ("blocks.py", "train.py", "model.py"):
        await editor.open(name)
    source = texts()
    spent: list[float] = []
    print(f"{'edits':>8} {'MiB':>7} {'ms an edit':>11} {'ms a fix':>9}")
    for step in range(STEPS + 1):
        fixes = []
        for number in range(edits // STEPS if step else 0):
            start = time.perf_counter()
            await edit(editor, *next(source))
            spent.append(time.perf_counter() - start)
            if number % ACTION_EVERY == 0:
                start = time.perf_counter()
                await fix(editor)
                fixes.append(time.perf_counter() - start)
        times = [1000 * statistics.median(one) if one else 0 for one in (spent, fixes)]
        memory = resident(process_of(editor))
        print(f"{step * (edits // STEPS):8} {memory:7.1f} {times[0]:11.1f} {times[1]:9.1f}")
        spent.clear()
    assert await editor.stop() == 0


async def edit(editor: Editor, name: str, text: str) -> None:
    """Change a file and save it, for nobody waits then; until something is said of the project."""
    uris = [editor.uri(other) for other in FILES if other.endswith(".py")]
    for uri in uris:
        editor.diagnostics.pop(uri, None)
    editor.type(editor.uri(name), text)
    editor.save(name)
    await editor.until(
        lambda: any(uri in editor.diagnostics for uri in uris if uri != editor.uri(name))
    )


async def fix(editor: Editor) -> None:
    """Ask for all that can be done, and for the edits of it."""
    text = FILES["model.py"] + f"# {time.perf_counter()}\n"
    (found, *_) = await editor.change("model.py", text)
    for action in (await editor.actions(editor.uri("model.py"), found.range)).values():
        await editor.edited(action, model=text)


def process_of(editor: Editor) -> int:
    server = editor.client._server
    assert server is not None
    return server.pid


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    edits = parser.parse_args().edits
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, FILES)
        asyncio.run(soak(root, edits))


if __name__ == "__main__":
    main()
