"""Files that go with a message or are one: how they are read, named, encoded and refused."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muxi
from muxi.models import formation as m
from muxi.resources.formation import Audio, Chat

from ...support.clients import ClientKind
from ...support.fake_server import FAST, REPLY, Drop, FakeServer

LIMIT = 50 * 1024 * 1024


def sent(*files: Any) -> list[m.Attachment]:
    """What a message sends of files."""
    body = Chat.send.build("Hi", files=files).body
    assert isinstance(body, m.ChatRequest)
    assert body.files is not None
    return body.files


def spoken(*files: Any) -> list[m.Attachment]:
    """What a voice message sends of files."""
    body = Audio.send.build(files).body
    assert isinstance(body, m.AudioRequest)
    return body.files


class Counted(io.BytesIO):
    """A file that may be read once."""

    name = "/some/where/once.txt"
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        assert self.reads == 1
        return super().read(size)


@pytest.mark.parametrize(
    ("use", "script"),
    [
        (lambda f, file: f.chat.send("Hi", files=[file]), (Drop(), REPLY)),
        (lambda f, file: f.audio.send([file]), (REPLY,)),
    ],
)
def test_a_file_is_read_once_and_sent_as_it_was(
    client_kind: ClientKind, use: Callable[..., Any], script: tuple[Any, ...]
) -> None:
    file = Counted("Grüße\r\n".encode())
    with FakeServer(*script) as server:
        client_kind.formation(server.url, lambda f: use(f, file), retry=FAST)
        bodies = [request.json["files"] for request in server.received]
    expected = {
        "filename": "once.txt",
        "content": "Grüße\r\n",
        "content_type": "text/plain",
        "size": 9,
    }
    assert bodies == [[expected]] * len(script)
    assert (file.reads, file.closed) == (1, False)


def test_a_streamed_message_carries_files_too(client_kind: ClientKind, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n")
    with FakeServer(REPLY) as server:
        client_kind.stream(server.url, lambda f: f.chat.stream("Hi", files=[tmp_path / "a.csv"]))
        [file] = server.received[0].json["files"]
    assert file == {"filename": "a.csv", "content": "a,b\n", "content_type": "text/csv", "size": 4}


def test_paths_files_pairs_and_attachments(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one")
    ready = m.Attachment(filename="r", content="r", content_type="text/x")
    with path.open("rb") as opened:
        found = sent(
            path, str(path), opened, ("dir/b.md", b"two"), io.BytesIO(b"three"), ready, vars(ready)
        )
    assert [(file.filename, file.content) for file in found] == [
        ("a.txt", "one"),
        ("a.txt", "one"),
        ("a.txt", "one"),
        ("dir/b.md", "two"),
        ("file", "three"),
        ("r", "r"),
        ("r", "r"),
    ]
    assert [file.size for file in found] == [3, 3, 3, 3, 5, None, None]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.PNG", "image/png"),
        ("a.jpeg", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.svg", "image/svg+xml"),
        ("a.mp3", "audio/mpeg"),
        ("a.wav", "audio/wav"),
        ("a.ogg", "audio/ogg"),
        ("a.m4a", "audio/mp4"),
        ("a.mp4", "video/mp4"),
    ],
)
def test_pictures_sound_and_film_are_base64(name: str, content_type: str) -> None:
    data = b"\x00\xff plain"
    [file] = sent((name, data))
    assert (file.content_type, file.size) == (content_type, len(data))
    assert base64.b64decode(file.content) == data
    assert file.content_encoding is None


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.txt", "text/plain"),
        ("a", "text/plain"),
        ("a.unheard-of", "text/plain"),
        ("a.csv", "text/csv"),
        ("a.json", "application/json"),
        ("a.md", "text/markdown"),
        ("a.html", "text/html"),
        ("a.csv.gz", "text/plain"),
    ],
)
def test_all_else_is_text(name: str, content_type: str) -> None:
    [file] = sent((name, "é".encode()))
    assert (file.content_type, file.content, file.size) == (content_type, "é", 2)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.txt", "a"])
def test_what_is_no_text_is_refused_with_the_reason(name: str) -> None:
    data = b"%PDF-1.4 \xff\x00"
    with pytest.raises(muxi.ValidationError, match="reads text in UTF-8, images") as caught:
        sent((name, data))
    assert caught.value.message.startswith(f"{name} (")
    assert "content_encoding" in caught.value.message
    with pytest.raises(ValueError, match="can't be sent"):
        m.Attachment.of((name, data))
    [file] = sent(m.Attachment.of((name, data), content_encoding="base64"))
    assert base64.b64decode(file.content) == data
    assert file.content_encoding == "base64"
    assert file.size == len(data)
    assert file.model_dump(exclude_unset=True)["content_encoding"] == "base64"


def test_a_type_may_be_given() -> None:
    file = m.Attachment.of(("a.bin", b"\xff"), content_type="image/x-mine")
    assert (file.content_type, file.content) == ("image/x-mine", "/w==")


def test_voice_notes_are_sound(tmp_path: Path) -> None:
    (tmp_path / "a.webm").write_bytes(b"\xff")
    found = spoken(tmp_path / "a.webm", ("b.mp4", b"\xff"), ("c.ogg", b"\xff"))
    assert [file.content_type for file in found] == ["audio/webm", "audio/mp4", "audio/ogg"]
    [file] = sent(tmp_path / "a.webm")
    assert file.content_type == "video/webm"


def test_what_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.txt"):
        sent(tmp_path / "none.txt")
    with pytest.raises(IsADirectoryError):
        sent(tmp_path)


def test_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(muxi.ValidationError, match=r"large\.wav has 52428801 bytes"):
        sent(large)
    with pytest.raises(muxi.ValidationError, match=r"x\.txt has 52428801 bytes"):
        sent(("x.txt", b"x" * (LIMIT + 1)))
    assert sent(("x.txt", b"x" * LIMIT))[0].size == LIMIT
    assert spoken(large)[0].size == LIMIT + 1
    assert sent(m.Attachment.of(large))[0].size == LIMIT + 1


@pytest.mark.parametrize("wrong", [b"x", 7, None, ("a.txt", "x"), io.StringIO("x")])
def test_what_is_no_file(wrong: Any) -> None:
    with pytest.raises(muxi.ValidationError, match=r"A file is a path|not bytes"):
        sent(wrong)


@given(st.binary(max_size=50), st.sampled_from(["a.txt", "a.png", "a.wav", "a", "a.pdf"]))
def test_what_is_sent_is_the_file(data: bytes, name: str) -> None:
    try:
        [file] = sent((name, data))
    except muxi.ValidationError:
        with pytest.raises(UnicodeDecodeError):
            data.decode()
        return
    as_text = not file.content_type.startswith(("image/", "audio/"))
    assert (file.content.encode() if as_text else base64.b64decode(file.content)) == data
    assert file.size == len(data)
