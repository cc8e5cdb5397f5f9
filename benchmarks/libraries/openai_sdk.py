"""The SDK of OpenAI."""

from __future__ import annotations

from loops import Loop, at_once, read, times, times_async
from openai import AsyncOpenAI, OpenAI

MESSAGES = [{"role": "user", "content": "hi"}]


def measures(url: str) -> dict[str, Loop]:
    def sync(what: str) -> OpenAI:
        return OpenAI(base_url=f"{url}/{what}/openai", api_key="key")

    def asynchronous(what: str) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=f"{url}/{what}/openai", api_key="key")

    def chat(client: OpenAI | AsyncOpenAI, stream: bool = False) -> object:
        return client.chat.completions.create(messages=MESSAGES, model="gpt-5", stream=stream)

    small, lists, many = sync("small"), sync("list"), sync("many")
    asmall, aslow = asynchronous("small"), asynchronous("slow")
    found = {
        "small": times(lambda: chat(small)),
        "small-async": times_async(lambda: chat(asmall)),
        "list": times(lambda: list(lists.models.list())),
        "many": times(lambda: list(many.models.list())),
        "chats": at_once(lambda: chat(aslow)),
    }

    async def read_chunks(client: AsyncOpenAI) -> None:
        async for _ in await chat(client, stream=True):
            pass

    for what in ("stream", "blocks", "large"):
        client, aclient = sync(what), asynchronous(what)
        found[what] = read(lambda client=client: chat(client, stream=True))
        found[f"{what}-async"] = times_async(lambda client=aclient: read_chunks(client))
    return found
