"""This SDK with HTTP clients of httpx2."""

from __future__ import annotations

import httpx2
from loops import Loop, at_once, read, read_async, times, times_async

from muxi import AsyncFormationClient, FormationClient

LIMITS = httpx2.Limits(max_connections=1000)


def measures(url: str) -> dict[str, Loop]:
    http, ahttp = httpx2.Client(), httpx2.AsyncClient(limits=LIMITS, timeout=30)

    def sync(what: str) -> FormationClient:
        base = f"{url}/{what}/muxi"
        return FormationClient(url=base, client_key="fmc", user_id="alice", http_client=http)

    def asynchronous(what: str) -> AsyncFormationClient:
        base = f"{url}/{what}/muxi"
        return AsyncFormationClient(url=base, client_key="fmc", user_id="alice", http_client=ahttp)

    small, asmall, aslow = sync("small"), asynchronous("small"), asynchronous("slow")
    found = {
        "small": times(lambda: small.chat.send("hi")),
        "small-async": times_async(lambda: asmall.chat.send("hi")),
        "chats": at_once(lambda: aslow.chat.send("hi")),
    }
    for what in ("stream", "blocks"):
        client, aclient = sync(what), asynchronous(what)
        found[what] = read(lambda client=client: client.chat.stream("hi"))
        found[f"{what}-async"] = read_async(lambda client=aclient: client.chat.stream("hi"))
    return found
