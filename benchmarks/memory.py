"""Memory and time that 200 MB take: packed, deployed, downloaded. Run with `make bench`.

Memory is the peak of the process, over that after the same with next to nothing.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient
from muxi.bundle import open_bundle

MEGABYTES = 200
LIMIT = 8.0
DEPLOYED = b"""event: complete
data: {"formation_id":"big-bot","port":8000,"status":"running"}

"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served() as url:
        top = Path(folder) / "bot"
        top.mkdir()
        (top / "formation.afs").write_text("id: big-bot\ndescription: A large formation")
        target = Path(folder) / "artifact"
        runs = {
            "packed": lambda _: pack(top),
            "deployed": lambda _: deploy(url, top),
            "deployed, async": lambda _: asyncio.run(adeploy(url, top)),
            "downloaded": lambda size: download(url, f"a{size}", target),
            "downloaded, async": lambda size: asyncio.run(adownload(url, f"a{size}", target)),
        }
        for run in runs.values():
            run(1)
        fill(top)
        before = peak()
        for what, run in runs.items():
            began = time.perf_counter()
            run(MEGABYTES)
            took, grown = time.perf_counter() - began, peak() - before
            print(f"{MEGABYTES} MB {what:42} {took:6.2f} s  memory +{grown:.1f} MB", flush=True)
    if grown > LIMIT:
        sys.exit(f"The limit is +{LIMIT} MB.")


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
    """Megabytes; Linux counts in KiB, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Handler(BaseHTTPRequestHandler):
    """A server that swallows bundles and makes up artifacts."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        *_, artifact, last = self.path.split("/")
        if last != "content":
            self.answer(404, b'{"error":"Not Found","message":"None","code":404}')
            return
        self.answer(200, b"", size_of(artifact))
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
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            print(server.server_port, flush=True)
            server.serve_forever()
    main()
