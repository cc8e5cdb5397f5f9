"""MUXI's own SDK."""

from __future__ import annotations

from loops import Loop, at_once, read, times, times_async

from muxi import AsyncFormationClient, FormationClient


def measures(url: str) -> dict[str, Loop]:
    body = {"message": "hi"}

    def settings(what: str) -> dict[str, str]:
        return {"base_url": f"{url}/{what}/muxi/v1", "client_key": "fmc"}

    small, lists, many = (FormationClient(**settings(what)) for what in ("small", "list", "many"))
    asmall, aslow = (AsyncFormationClient(**settings(what)) for what in ("small", "slow"))
    found = {
        "small": times(lambda: small.chat(body, user_id="alice")),
        "small-async": times_async(lambda: asmall.chat(body, user_id="alice")),
        "list": times(lambda: lists.get_memories("alice")),
        "many": times(lambda: many.get_memories("alice")),
        "chats": at_once(lambda: aslow.chat(body, user_id="alice")),
    }

    async def read_events(client: AsyncFormationClient) -> None:
        async for _ in await client.chat_stream(body, user_id="alice"):
            pass

    for what in ("stream", "blocks", "large"):
        client = FormationClient(**settings(what))
        aclient = AsyncFormationClient(**settings(what))
        found[what] = read(lambda client=client: client.chat_stream(body, user_id="alice"))
        found[f"{what}-async"] = times_async(lambda client=aclient: read_events(client))
    return found
