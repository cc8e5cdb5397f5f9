"""Memory that large streams and files take: `memory.py WHAT URL`.

Prints the peak of this process in MB, over that after the same with next to nothing. URL is that of
`server.py`, for events. Files go to a server in one more process.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient
from muxi.bundle import open_bundle

MEGABYTES = 200
EVENTS = {"stream": 2000, "million": 1_000_000}
DEPLOYED = b"""event: complete
data: {"formation_id":"big-bot","port":8000,"status":"running"}

"""


def main(what: str, url: str) -> None:
    with tempfile.TemporaryDirectory() as folder, served() as files:
        top, target = Path(folder) / "bot", Path(folder) / "artifact"
        top.mkdir()
        (top / "formation.afs").write_text("id: big-bot\ndescription: A large formation")
        runs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "events": (lambda: events(url, "stream"), lambda: events(url, "million")),
            "events-async": (
                lambda: asyncio.run(aevents(url, "stream")),
                lambda: asyncio.run(aevents(url, "million")),
            ),
            "packed": (lambda: pack(top),) * 2,
            "deployed": (lambda: deploy(files, top),) * 2,
            "deployed-async": (lambda: asyncio.run(adeploy(files, top)),) * 2,
            "downloaded": (
                lambda: download(files, "a1", target),
                lambda: download(files, f"a{MEGABYTES}", target),
            ),
            "downloaded-async": (
                lambda: asyncio.run(adownload(files, "a1", target)),
                lambda: asyncio.run(adownload(files, f"a{MEGABYTES}", target)),
            ),
        }
        few, many = runs[what]
        few()
        before = peak()
        if what.startswith(("packed", "deployed")):
            fill(top)
        many()
        print(peak() - before)


def events(url: str, what: str) -> None:
    with (
        FormationClient(url=f"{url}/{what}/muxi", client_key="c", user_id="alice") as formation,
        formation.chat.stream("hi") as stream,
    ):
        assert sum(1 for _ in stream) > EVENTS[what]


async def aevents(url: str, what: str) -> None:
    async with (
        AsyncFormationClient(
            url=f"{url}/{what}/muxi", client_key="c", user_id="alice"
        ) as formation,
        formation.chat.stream("hi") as stream,
    ):
        count = 0
        async for _ in stream:
            count += 1
        assert count > EVENTS[what]


def pack(top: Path) -> None:
    with open_bundle(top) as packed:
        assert packed.bundle.id == "big-bot"


def deploy(url: str, top: Path) -> None:
    with ServerClient(url=url, key_id="k", secret_key="s") as server:
        assert server.formations.deploy(top).port == 8000


async def adeploy(url: str, top: Path) -> None:
    async with AsyncServerClient(url=url, key_id="k", secret_key="s") as server:
        assert (await server.formations.deploy(top)).port == 8000


def download(url: str, artifact: str, target: Path) -> None:
    with FormationClient(url=url, client_key="c", user_id="alice") as formation:
        saved = formation.artifacts.download(artifact, target)
    assert saved.size == size_of(artifact)


async def adownload(url: str, artifact: str, target: Path) -> None:
    async with AsyncFormationClient(url=url, client_key="c", user_id="alice") as formation:
        saved = await formation.artifacts.download(artifact, target)
    assert saved.size == size_of(artifact)


def size_of(artifact: str) -> int:
    """Bytes of an artifact that the server makes up: `a200` has 200 MB."""
    return int(artifact[1:]) * 1_000_000


def fill(top: Path) -> None:
    for number in range(2):
        with (top / f"data{number}").open("wb") as file:
            for _ in range(MEGABYTES // 2):
                # Half of it compresses, as a mix of text and media does.
                file.write(os.urandom(500_000) + bytes(500_000))


def peak() -> float:
    """Return the peak of memory in MB.

    Where Linux's /proc is, that of this program: getrusage counts what its parent had before it
    started this program.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))


class Handler(BaseHTTPRequestHandler):
    """A server that swallows bundles and makes up artifacts."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        *_, artifact, last = self.path.split("/")
        if last != "content":
            self.answer(404, b'{"error":"Not Found","message":"None","code":404}')
            return
        self.answer(200, b"", size_of(artifact), "application/octet-stream")
        for _ in range(size_of(artifact) // 1_000_000):
            self.wfile.write(bytes(1_000_000))

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        self.answer(200, DEPLOYED, kind="text/event-stream")

    def answer(
        self, status: int, body: bytes, more: int = 0, kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            print(server.server_port, flush=True)
            server.serve_forever()
    main(*sys.argv[1:])
