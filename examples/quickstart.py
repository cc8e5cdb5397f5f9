"""Talk to a formation: status, list, chat and streaming chat, sync and then async.

Where the server is and which keys to use comes from the environment: MUXI_SERVER_URL,
MUXI_FORMATION_ID, MUXI_KEY_ID, MUXI_SECRET_KEY, MUXI_CLIENT_KEY, MUXI_ADMIN_KEY.
"""

from __future__ import annotations

import asyncio

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient


def main() -> None:
    print("# sync")
    with ServerClient() as server, FormationClient() as formation:
        print("server:", server.status().server.version, "ping:", server.ping())
        for found in server.formations.list():
            print("formation:", found.id, found.status)
        print("agents:", formation.status().agents.count)

        alice = formation.for_user("alice")
        reply = alice.chat.send("What is the capital of France?")
        print("reply:", reply.text, "| session:", reply.session_id)

        with alice.chat.stream("And of Italy?", session_id=reply.session_id) as stream:
            for text in stream.text():
                print(text, end="", flush=True)
            print("\nwhole:", stream.result().text)


async def amain() -> None:
    print("# async")
    async with AsyncServerClient() as server, AsyncFormationClient() as formation:
        print("server:", (await server.status()).server.version)
        for found in await server.formations.list():
            print("formation:", found.id, found.status)

        bob = formation.for_user("bob")
        reply = await bob.chat.send("What is the capital of France?")
        print("reply:", reply.text)

        async with bob.chat.stream("And of Italy?") as stream:
            async for text in stream.text():
                print(text, end="", flush=True)
            print("\nwhole:", (await stream.result()).text)


if __name__ == "__main__":
    main()
    asyncio.run(amain())
