"""This SDK."""

from __future__ import annotations

from typing import Literal

from loops import Loop, at_once, read, read_async, times, times_async

from muxi import AsyncFormationClient, FormationClient


def measures(url: str) -> dict[str, Loop]:
    def sync(what: str) -> FormationClient:
        return FormationClient(url=f"{url}/{what}/muxi", client_key="fmc", user_id="alice")

    def asynchronous(
        what: str, engine: Literal["httpx", "aiohttp"] = "httpx"
    ) -> AsyncFormationClient:
        return AsyncFormationClient(
            url=f"{url}/{what}/muxi", client_key="fmc", user_id="alice", engine=engine
        )

    small, lists, many = sync("small"), sync("list"), sync("many")
    asmall, aslow = asynchronous("small"), asynchronous("slow")
    found = {
        "small": times(lambda: small.chat.send("hi")),
        "small-async": times_async(lambda: asmall.chat.send("hi")),
        "list": times(lambda: lists.memories.list()),
        "many": times(lambda: many.memories.list()),
        "chats": at_once(lambda: aslow.chat.send("hi")),
    }
    quick, slow = asynchronous("small", "aiohttp"), asynchronous("slow", "aiohttp")
    found["small-aiohttp"] = times_async(lambda: quick.chat.send("hi"))
    found["chats-aiohttp"] = at_once(lambda: slow.chat.send("hi"))
    for what in ("stream", "blocks"):
        other = asynchronous(what, "aiohttp")
        found[f"{what}-aiohttp"] = read_async(lambda client=other: client.chat.stream("hi"))
    for what in ("stream", "blocks", "large", "one1", "one5"):
        client, aclient = sync(what), asynchronous(what)
        found[what] = read(lambda client=client: client.chat.stream("hi"))
        found[f"{what}-async"] = read_async(lambda client=aclient: client.chat.stream("hi"))
    return found
