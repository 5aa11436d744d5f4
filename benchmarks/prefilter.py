"""Whether a run says the same if no file is passed over.

``python -m benchmarks.prefilter FOLDER ...``; exits with 1 if it does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from seedlint import forks, workers
from seedlint.data import replace
from seedlint.model import Finding
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.run import lint


def said(request: Request, memory: Memory) -> set[Finding]:
    """What is found, silenced or not; without fixes, unless all is read that bears on them."""
    report = lint(request, memory=memory)
    found = {*report.findings, *(one.finding for one in report.silenced)}
    return found if request.thorough else {replace(finding, fix=None) for finding in found}


def differences(folder: Path, memory: Memory) -> Iterator[tuple[int, list[str]]]:
    """How much is found, and what only one of two runs finds: without fixes, then with them."""
    for thorough in (False, True):
        request = Request((folder,), isolated=True, thorough=thorough)
        narrow, wide = (
            said(replace(request, prefilter=wanted), memory) for wanted in (True, False)
        )
        places = [
            f"{finding.path}:{finding.span.start.line}: {finding.code}, only {where} the prefilter"
            for where, found in (("with", narrow - wide), ("without", wide - narrow))
            for finding in sorted(found, key=lambda finding: finding.sort_key)
        ]
        yield len(narrow), places


def compared(folder: Path) -> list[tuple[int, list[str]]]:
    with workers.Crew(forks.cores()) as crew:
        return list(differences(folder, Memory(crew=lambda: crew)))


def main() -> None:
    print("| folder | findings | differ | with fixes | differ |\n|---|---|---|---|---|", flush=True)
    differs = False
    for folder in map(Path, sys.argv[1:]):
        plain, fixes = compared(folder)
        row = (folder.name, plain[0], len(plain[1]), fixes[0], len(fixes[1]))
        print(f"| {' | '.join(map(str, row))} |", *plain[1], *fixes[1], sep="\n", flush=True)
        differs |= bool(plain[1] or fixes[1])
    sys.exit(differs)


if __name__ == "__main__":
    main()
