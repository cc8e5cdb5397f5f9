"""What is measured, against what, and the goals."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_CALL = """
import sys
{imports}
{call}
"""
OURS_FIRST = """
from muxi import FormationClient
FormationClient(url="{url}/small/muxi", client_key="fmc", user_id="a").chat.send("hi").text
"""
PLAIN_FIRST = """
import httpx, pydantic
class Message(pydantic.BaseModel):
    role: str
    content: str
class Data(pydantic.BaseModel):
    message: Message
    session_id: str
class Envelope(pydantic.BaseModel):
    success: bool
    data: Data
with httpx.Client(headers={{"X-Muxi-Client-Key": "fmc", "X-Muxi-User-ID": "a"}}) as client:
    found = client.post("{url}/small/muxi/v1/chat", json={{"message": "hi", "stream": False}})
    Envelope.model_validate(found.json()).data.message.content
"""
OPENAI_FIRST = """
from openai import OpenAI
client = OpenAI(base_url="{url}/small/openai", api_key="key")
client.chat.completions.create(messages=[{{"role": "user", "content": "hi"}}], model="gpt-5")
"""
ANTHROPIC_FIRST = """
from anthropic import Anthropic
client = Anthropic(base_url="{url}/small/anthropic", api_key="key")
client.messages.create(max_tokens=9, messages=[{{"role": "user", "content": "hi"}}], model="claude")
"""
OFFICIAL_FIRST = """
from muxi import FormationClient
FormationClient(base_url="{url}/small/muxi/v1", client_key="fmc").chat({{"message": "hi"}})
"""


@dataclass(frozen=True)
class Measure:
    """A ratio of CPU time, this SDK over the reference; or a number with a unit."""

    name: str
    title: str
    goal: float
    programs: tuple[tuple[str, str], ...] = ()
    """Programs to start, by library, if the measure is of a fresh interpreter. `plain` is the
    reference."""
    script: tuple[str, ...] = ()
    """A script of this directory and its arguments, if it prints the number itself."""
    unit: str = ""
    """`s` for seconds of wall time, `MB` for memory, nothing for a ratio."""
    over: str = "plain"
    """The library or, for `ours`, the measure that it is compared with."""
    reference: str = "httpx"
    """What `plain` is, in the picture."""


def started(**programs: str) -> tuple[tuple[str, str], ...]:
    return tuple(programs.items())


def memory(what: str, title: str) -> Measure:
    return Measure(f"memory-{what}", title, 8.0, script=("memory.py", what), unit="MB")


MEASURES = (
    Measure(
        "import",
        "import muxi / python -c pass",
        1.2,
        started(
            plain="pass",
            ours="import muxi",
            official="import muxi",
            openai="import openai",
            anthropic="import anthropic",
        ),
        reference="python -c pass",
    ),
    Measure(
        "import-client",
        "import the client / import httpx",
        0.9,
        started(
            plain="import httpx",
            ours="from muxi import FormationClient",
            official="from muxi import FormationClient",
            openai="from openai import OpenAI",
            anthropic="from anthropic import Anthropic",
        ),
        reference="import httpx",
    ),
    Measure(
        "first",
        "import, client, first chat",
        1.15,
        started(
            plain=PLAIN_FIRST,
            ours=OURS_FIRST,
            official=OFFICIAL_FIRST,
            openai=OPENAI_FIRST,
            anthropic=ANTHROPIC_FIRST,
        ),
        reference="httpx, pydantic",
    ),
    Measure("small", "small answer", 0.92),
    Measure("small-async", "small answer, async", 0.65),
    Measure("list", "list of 20 KB", 0.95),
    Measure("many", "list of 10 000 items", 1.45),
    Measure("stream", "stream, one event a chunk", 1.0),
    Measure("stream-async", "stream, one event a chunk, async", 1.0),
    Measure("blocks", "stream, 64 KB chunks of events", 1.0),
    Measure("blocks-async", "stream, 64 KB chunks, async", 1.05),
    Measure("large", "stream, events of 64 KB", 0.75),
    Measure("small-aiohttp", "small answer, async, aiohttp", 0.38),
    Measure("stream-aiohttp", "stream, one event a chunk, aiohttp", 0.4),
    Measure("blocks-aiohttp", "stream, 64 KB chunks, aiohttp", 0.9),
    Measure("chats", "1 000 chats at once (wall)", 1.3, unit="s"),
    Measure("chats-aiohttp", "1 000 chats at once, aiohttp (wall)", 0.6, unit="s"),
    Measure("one5", "one event of 5 MB / one of 1 MB", 6.0, over="one1", reference="1 MB"),
    memory("events", "memory: 10⁶ events"),
    memory("events-async", "memory: 10⁶ events, async"),
    memory("packed", "memory: 200 MB packed"),
    memory("deployed", "memory: 200 MB up"),
    memory("deployed-async", "memory: 200 MB up, async"),
    memory("downloaded", "memory: 200 MB down"),
    memory("downloaded-async", "memory: 200 MB down, async"),
    Measure("bulk", "bulk run / the same calls by hand", 1.2, script=("bulk.py", "cpu")),
    Measure(
        "bulk-memory",
        "memory: 100 000 calls of a bulk run",
        8.0,
        script=("bulk.py", "memory"),
        unit="MB",
    ),
)
