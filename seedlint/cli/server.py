"""``seedlint server``: findings and fixes in an editor."""

from __future__ import annotations

import gc
import os

import click

from seedlint.cli.words import CONTEXT, fail


@click.command(context_settings=CONTEXT)
def server() -> None:
    """Speak the language server protocol over stdin and stdout.

    Editors start it: see the README. It needs `seedlint[lsp]`.
    """
    try:
        from seedlint.server.features import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        fail("the language server needs pygls: install `seedlint[lsp]`")
    gc.enable()
    # Not sys.exit: a lint that is under way must not keep the editor waiting.
    os._exit(serve())
