"""The options that say who parses files, and what is kept of that."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seedlint.forks import cores
from seedlint.reading import Memory

if TYPE_CHECKING:
    from seedlint.workers import Crew

Function = TypeVar("Function", bound=Callable[..., Any])


def _absolute(_: click.Context, __: click.Parameter, folder: str | None) -> str | None:
    # On the command line it counts from where one stands; in a pyproject, from there.
    return None if folder is None else os.path.abspath(folder)


cache_dir_option = click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="SEEDLINT_CACHE_DIR",
    callback=_absolute,
    help="Keep the cache there.",
)
_OPTIONS = (
    click.option(
        "-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes; default: all."
    ),
    click.option(
        "--dask", metavar="ADDRESS", help="Have a Dask cluster parse: tcp://... or local."
    ),
    click.option(
        "--no-cache",
        is_flag=True,
        envvar="SEEDLINT_NO_CACHE",
        help="Keep nothing, and recall nothing.",
    ),
    cache_dir_option,
)


def crew_options(function: Function) -> Function:
    """Give a command that lints the options of `remembering`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@contextmanager
def remembering(given: Mapping[str, Any]) -> Iterator[Memory]:
    """A memory with a crew as the options ``given`` want it, which is gone in the end.

    Raises `SeedlintError` where there is no such cluster.
    """
    count, address = given["jobs"] or cores(), given["dask"]
    with ExitStack() as hired:

        @cache
        def crew() -> Crew:
            from seedlint import workers

            if address is None:
                return hired.enter_context(workers.Crew(count))
            from seedlint.cluster import connected

            cluster = hired.enter_context(connected(address, count))
            return hired.enter_context(workers.Crew(cluster=cluster))

        if address is not None:
            # To say at once that there is none.
            crew()
        yield Memory(crew=crew, is_kept=not given["no_cache"], processes=count)
