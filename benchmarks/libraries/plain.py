"""Plain httpx, as its own quick start uses it: the reference. It validates nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import httpx
from loops import Loop, at_once, read, read_async, times, times_async

LIMITS = httpx.Limits(max_connections=1000)


def measures(url: str) -> dict[str, Loop]:
    body = {"message": "hi", "stream": False}
    headers = {"X-Muxi-Client-Key": "fmc", "X-Muxi-User-ID": "alice"}
    client = httpx.Client(headers=headers)
    aclient = httpx.AsyncClient(headers=headers, limits=LIMITS, timeout=30)

    def of(what: str) -> str:
        return f"{url}/{what}/muxi/v1/chat"

    async def asend(what: str) -> object:
        return (await aclient.post(of(what), json=body)).json()

    def stream(what: str) -> Iterator[object]:
        with client.stream("POST", of(what), json=body) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    async def astream(what: str) -> AsyncIterator[object]:
        async with aclient.stream("POST", of(what), json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    found = {
        "small": times(lambda: client.post(of("small"), json=body).json()),
        "small-async": times_async(lambda: asend("small")),
        "list": times(lambda: client.get(of("list")).json()),
        "many": times(lambda: client.get(of("many")).json()),
        "chats": at_once(lambda: asend("slow")),
    }
    for what in ("stream", "blocks", "large"):
        found[what] = read(lambda what=what: stream(what))
        found[f"{what}-async"] = read_async(lambda what=what: astream(what))
    for what in ("small", "stream", "blocks"):
        found[f"{what}-aiohttp"] = found[f"{what}-async"]
    return {**found, "chats-aiohttp": found["chats"]}
