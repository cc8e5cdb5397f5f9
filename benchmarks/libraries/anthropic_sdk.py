"""The SDK of Anthropic."""

from __future__ import annotations

from anthropic import Anthropic, AsyncAnthropic
from loops import Loop, at_once, read, times, times_async

MESSAGES = [{"role": "user", "content": "hi"}]


def measures(url: str) -> dict[str, Loop]:
    def sync(what: str) -> Anthropic:
        return Anthropic(base_url=f"{url}/{what}/anthropic", api_key="key")

    def asynchronous(what: str) -> AsyncAnthropic:
        return AsyncAnthropic(base_url=f"{url}/{what}/anthropic", api_key="key")

    def chat(client: Anthropic | AsyncAnthropic, stream: bool = False) -> object:
        return client.messages.create(
            max_tokens=100, messages=MESSAGES, model="claude", stream=stream
        )

    small, lists, many = sync("small"), sync("list"), sync("many")
    asmall, aslow = asynchronous("small"), asynchronous("slow")
    found = {
        "small": times(lambda: chat(small)),
        "small-async": times_async(lambda: chat(asmall)),
        "list": times(lambda: list(lists.models.list())),
        "many": times(lambda: list(many.models.list())),
        "chats": at_once(lambda: chat(aslow)),
    }

    async def read_chunks(client: AsyncAnthropic) -> None:
        async for _ in await chat(client, stream=True):
            pass

    for what in ("stream", "blocks", "large"):
        client, aclient = sync(what), asynchronous(what)
        found[what] = read(lambda client=client: chat(client, stream=True))
        found[f"{what}-async"] = times_async(lambda client=aclient: read_chunks(client))
    return found
