"""Makes calls with MUXI's own Python SDK, in whose environment this runs; ours isn't there.

    echo '[["get_formation", "hello"]]' | SETTINGS='{"url": …}' python calls.py sync|async

Prints what became of each call: `[true, result]`, or `[false, [class, status, message]]`.
"""

import asyncio
import inspect
import json
import os
import sys

from muxi import AsyncServerClient, ServerClient


async def outcome(client, name, *args):
    try:
        result = getattr(client, name)(*args)
        return True, await result if inspect.isawaitable(result) else result
    except Exception as exc:
        return False, (
            type(exc).__name__,
            getattr(exc, "status_code", None),
            getattr(exc, "message", str(exc)),
        )


async def main():
    kind = {"sync": ServerClient, "async": AsyncServerClient}[sys.argv[1]]
    client = kind(**json.loads(os.environ["SETTINGS"]))
    print(json.dumps([await outcome(client, *call) for call in json.load(sys.stdin)]))


asyncio.run(main())
