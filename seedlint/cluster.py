"""A Dask cluster, whose workers make facts."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from seedlint.cache import fingerprint
from seedlint.forks import cores
from seedlint.model import SeedlintError
from seedlint.staff import Cluster

if TYPE_CHECKING:
    from distributed import Client

# Seconds in which a scheduler has to answer.
PATIENCE = 10


@contextmanager
def connected(address: str, count: int | None = None) -> Iterator[Cluster]:
    """The cluster at ``address``; ``local`` is one of ``count`` processes on this machine.

    Raises `SeedlintError` where there is none, or one whose workers would find other facts.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError:
        raise SeedlintError('`--dask` needs Dask: pip install "seedlint[dask]"') from None
    with ExitStack() as opened:
        target = address
        if address == "local":
            workers = LocalCluster(
                n_workers=count or cores(),
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            target = opened.enter_context(workers).scheduler_address
        try:
            _call(target)
            client = opened.enter_context(Client(target, timeout=PATIENCE, set_as_default=False))
        except (OSError, ValueError) as error:
            raise SeedlintError(f"no Dask cluster at `{address}`: {error}") from error
        _check(client, address)
        yield Cluster(client.get_executor(pure=False), (KilledWorker,))


def _call(address: str) -> None:
    # A Client that nobody answers waits for ever, or leaves a traceback behind.
    from distributed.comm.addressing import get_address_host_port

    with socket.create_connection(get_address_host_port(address), PATIENCE) as line:
        if not address.startswith(("tls:", "ws")) and not line.recv(1):
            raise ConnectionError("it hangs up")


def _check(client: Client, address: str) -> None:
    try:
        found = client.run(fingerprint)
    except ImportError as error:
        raise SeedlintError(f"the workers of `{address}` have no seedlint: {error}") from error
    if not found:
        raise SeedlintError(f"the Dask cluster at `{address}` has no workers")
    for worker, theirs in found.items():
        if theirs != fingerprint():
            raise SeedlintError(f"{worker} has another version of seedlint, LibCST or Python")
