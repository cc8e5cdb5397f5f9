"""Run the chat: on your formation if MUXI_CLIENT_KEY is set, else on the emulator."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack, suppress

import uvicorn

from muxi.testing import Emulator

from .model import answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="fastapi_chat", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    given = parser.parse_args()
    with ExitStack() as stack:
        if not os.environ.get("MUXI_CLIENT_KEY"):
            print("MUXI_CLIENT_KEY isn't set: the chat talks to the emulator.")
            emulator = Emulator(model=answer, multi_user=True, token_pause=0.04)
            os.environ.update(stack.enter_context(emulator).environ)
        config = uvicorn.Config(
            f"{__package__}.app:app",
            port=given.port,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        listening = stack.enter_context(config.bind_socket())
        listening.listen()  # a browser that comes at once waits until the service has started
        print(f"Open http://127.0.0.1:{listening.getsockname()[1]} (Ctrl-C stops)", flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
