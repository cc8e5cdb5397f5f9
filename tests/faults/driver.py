"""Makes one call with one kind of client, and looks at what the client still holds."""

from __future__ import annotations

from typing import Any

import anyio

import muxi
from muxi import MuxiError, Retry

from ..support.clients import ClientKind
from ..support.emulated import formation_keys, server_keys
from ..testing.control.leaks import busy, tasks
from .calls import Cell, Kind
from .expected import RETRIES, Tries
from .faults import Fault, Seen
from .proxy import Proxy


def play(
    kind: Kind, fault: Fault, client: str, tries: Tries, cell: Cell, proxy: Proxy
) -> tuple[Any, MuxiError | None]:
    """Make the call, and then another one that nothing spoils. Returns the answer or the error."""
    if fault.seen is not Seen.REFUSED:
        proxy.open()
    of_formation = kind.service == "formation"
    world = cell.world
    settings: dict[str, Any] = {
        "url": proxy.url,
        "timeout": 60.0 if kind.has_own_patience else cell.patience,
        "retry": _retry(proxy, fault, tries),
        **(formation_keys if of_formation else server_keys)(world.emulator),
        **({"user_id": cell.name} if of_formation else {}),
    }
    client_kind = ClientKind(client)
    if client_kind.is_sync:
        with client_kind.settings(settings) as given:
            made = muxi.FormationClient(**given) if of_formation else muxi.ServerClient(**given)
            return _play(made, kind, fault, cell, proxy)

    async def main() -> tuple[Any, MuxiError | None]:
        make = muxi.AsyncFormationClient if of_formation else muxi.AsyncServerClient
        before = tasks()
        async with client_kind.async_settings(settings) as given:
            found = await _aplay(make(**given), kind, fault, cell, proxy)
        assert tasks() == before
        return found

    return anyio.run(main, backend=client_kind.backend)


def _play(
    client: Any, kind: Kind, fault: Fault, cell: Cell, proxy: Proxy
) -> tuple[Any, MuxiError | None]:
    answer = error = None
    with client:
        if fault.at_idle is not None:
            client.health()
            assert proxy.idled.wait(30)
        try:
            answer = kind.make(client, cell)
            if isinstance(answer, muxi.Stream):
                with answer as stream:
                    answer = [next(stream)] if kind.follows else list(stream)
        except MuxiError as exc:
            error = exc
        assert busy(client) == []
        proxy.heal()
        client.with_options(timeout=60, retry=Retry()).health()
    return answer, error


async def _aplay(
    client: Any, kind: Kind, fault: Fault, cell: Cell, proxy: Proxy
) -> tuple[Any, MuxiError | None]:
    answer = error = None
    async with client:
        if fault.at_idle is not None:
            await client.health()
            assert proxy.idled.wait(30)
        try:
            answer = kind.make(client, cell)
            if isinstance(answer, muxi.AsyncStream):
                async with answer as stream:
                    answer = (
                        [await anext(stream)] if kind.follows else [one async for one in stream]
                    )
            else:
                answer = await answer
        except MuxiError as exc:
            error = exc
        assert busy(client) == []
        proxy.heal()
        await client.with_options(timeout=60, retry=Retry()).health()
    return answer, error


def _retry(proxy: Proxy, fault: Fault, tries: Tries) -> Retry:
    class Opening(Retry):
        """Lets the proxy accept connections before the second attempt."""

        def delay(self, error: MuxiError, **facts: Any) -> float | None:
            proxy.open()
            return super().delay(error, **facts)

    refused_once = fault.seen is Seen.REFUSED and tries is Tries.ONCE
    kind = Opening if refused_once else Retry
    return kind(max_retries=0 if tries is Tries.WITHOUT else RETRIES, base_delay=0.001)
