"""A forked child neither reads, writes nor closes what its parent has opened."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from muxi import FormationClient, StreamError
from muxi._core.stream import Stream
from muxi.models import formation as m

from ..support.fake_server import SESSIONS, Action, FakeServer, Received
from ..support.sse import DONE, stream_of, token

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]

ChatStream = Stream[m.ChatEvent, m.ChatReply]


@pytest.fixture
def rest() -> Iterator[threading.Event]:
    """Set it to let the server send the rest of the stream."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def script(rest: threading.Event) -> Callable[[Received], Action]:
    """Answer a chat with a stream that stops in the middle, and the rest with sessions."""
    chat = stream_of(
        token("progress"),
        lambda: rest.wait(30) and None,
        token("completed", "Hello", status="success"),
        DONE,
    )
    return lambda request: chat if request.path == "/v1/chat" else SESSIONS


def in_a_child(work: Callable[[], object]) -> int:
    """Run work in a forked child. Return 0 if it raised nothing."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(stream: ChatStream) -> None:
    with pytest.raises(StreamError, match="Open a stream in each process"):
        next(stream)
    stream.close()


@pytest.mark.parametrize(
    ("in_child", "is_read"),
    [(ChatStream.close, False), (ChatStream.close, True), (refused, False)],
    ids=["close", "close while it is read", "read"],
)
def test_a_child_leaves_its_parents_stream_alone(
    script: Callable[[Received], Action],
    rest: threading.Event,
    in_child: Callable[[ChatStream], object],
    is_read: bool,
) -> None:
    with (
        FakeServer(script) as server,
        FormationClient(url=server.url, client_key="c", max_retries=0) as client,
    ):
        stream = client.chat.stream("hi")
        next(stream)
        texts: list[str] = []
        reader = threading.Thread(target=lambda: texts.append(stream.result().text))
        if is_read:
            reader.start()
        assert in_a_child(lambda: in_child(stream)) == 0
        rest.set()
        if not is_read:
            reader.start()
        reader.join()
    assert texts == ["Hello"]


PROGRAM = """
import asyncio, os, sys
from muxi import AsyncFormationClient, FormationClient

settings = {"url": sys.argv[2], "client_key": "c", "user_id": "u", "max_retries": 0}

def fork():
    if not (child := os.fork()):
        sys.exit()
    print("child", os.waitpid(child, 0)[1], flush=True)

def main():
    with FormationClient(**settings) as client:
        client.sessions.list()
        with client.chat.stream("hi") as stream:
            next(stream)
            client.sessions.list()
            fork()
            print(stream.result().text)
        print(len(client.sessions.list()))

async def amain():
    client = AsyncFormationClient(**settings)
    await client.sessions.list()
    async with client.chat.stream("hi") as stream:
        await anext(stream)
        await client.sessions.list()
        fork()
        print((await stream.result()).text)
    print(len(await client.sessions.list()))

main() if sys.argv[1] == "sync" else asyncio.run(amain())
"""

WARNINGS = ["-W", "error", "-W", "ignore:unclosed:ResourceWarning"]


@pytest.mark.parametrize("kind", ["sync", "asyncio"])
def test_a_child_that_ends_as_usual_leaves_its_parents_connections_alone(
    kind: str, script: Callable[[Received], Action], rest: threading.Event, tmp_path: Path
) -> None:
    """With TLS, because closing a TLS connection may write to it.

    The interpreter closes the child's copies of the sockets, without a write but with a warning.
    """
    certificate, context = certified(tmp_path)
    with FakeServer(script, tls=context) as server:
        command = [sys.executable, *WARNINGS, "-c", PROGRAM, kind, server.url]
        environment = {**os.environ, "SSL_CERT_FILE": str(certificate)}
        with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environment) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            rest.set()
            more, problems = process.communicate(timeout=30)
    assert (said + more, problems) == ("child 0\nHello\n0\n", "")


def certified(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return a certificate for 127.0.0.1, and the TLS context of a server that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context
