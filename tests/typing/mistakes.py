"""Typical mistakes of users: both checkers must report each line marked so, and no other."""

import io

import httpx
import httpx2

from muxi import AsyncFormationClient, FormationClient, Retry, ServerClient
from muxi.models import formation as m
from muxi.resources.formation import Sessions


def construction(http: httpx.AsyncClient) -> None:
    FormationClient("https://muxi.example.com")  # error
    FormationClient(api_key="key")  # error
    FormationClient(mode="production")  # error
    FormationClient(timeout="30")  # error
    FormationClient(http_client=http)  # error
    AsyncFormationClient(http_client=httpx2.Client())  # error
    FormationClient(engine="aiohttp")  # error
    AsyncFormationClient(engine="curl")  # error
    ServerClient(key_id="MUXI_1", client_key="key")  # error
    FormationClient().with_options(retry=3)  # error
    Retry(retries=3)  # error


def arguments(client: FormationClient) -> None:
    client.get_agents()  # error
    client.chat.sned("Hi")  # error
    client.chat.send()  # error
    client.chat.send(42)  # error
    client.chat.send("Hi", "session-1")  # error
    client.chat.send("Hi", session="session-1")  # error
    client.chat.send("Hi", reply_to="What?")  # error
    client.chat.stream("Hi", stall_after="15")  # error
    client.chat.send("Hi", files=[7])  # error
    client.chat.send("Hi", files=[("a.txt", "x")])  # error
    client.artifacts.download("a", 7)  # error
    client.artifacts.download("a", io.StringIO())  # error
    client.artifacts.download("a", "x", on_progress=len)  # error
    client.sessions.list(10)  # error
    client.sessions.get()  # error
    client.sessions.restore("s", ["Hi"])  # error
    client.requests.wait("r", poll=0.5)  # error
    client.jobs.create("Hi", type="daily", schedule="0 9 * * *")  # error
    client.users.link(["a@b.c"])  # error
    client.notifications.send("Hi")  # error
    client.history.list(date_from="2026-01-01")  # error
    client.for_user(7)  # error
    Sessions.get.build(7)  # error
    m.ChatRequest(mesage="Hi")  # error


def answers(client: FormationClient, server: ServerClient) -> None:
    print(client.health().uptime)  # error
    print(client.chat.send("Hi").txt)  # error
    print(client.sessions.list()[0].id)  # error
    print(client.sessions.list()["s"])  # error
    print(client.raw.health().status)  # error
    client.sessions.delete("s")  # error
    print(server.formations.get("support").status.value)  # error
    server.chat.send("Hi")  # error


def streams(client: FormationClient) -> None:
    with client.chat.stream("Hi") as stream:
        print(stream.result().reply)  # error
        print([piece.content for piece in stream.text()])  # error
    print(len(client.chat.stream("Hi")))  # error


async def async_calls(client: AsyncFormationClient, sync: FormationClient) -> None:
    client.health()  # error
    print(client.health().status)  # error
    print(list(client.sessions.list()))  # error
    await sync.health()  # error
    print(client.chat.send("Hi").text)  # error
    for _ in client.chat.stream("Hi"):  # error
        pass
    async for _ in sync.chat.stream("Hi"):  # error
        pass
    with client.chat.stream("Hi"):  # error
        pass
    async with sync.chat.stream("Hi"):  # error
        pass
    with client:  # error
        pass
    client.close()  # error
    print((await client.chat.stream("Hi")).result().text)  # error


def descriptions() -> None:
    call = Sessions.list.build(user_id="u")
    print(call.path)
    call.path = "/other"  # error
