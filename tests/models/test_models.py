"""Models: what this version doesn't know is kept, and what is dumped can be read again."""

from __future__ import annotations

import copy
import json
import pickle
import pydoc
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_origin

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from muxi import FormationClient, InvalidResponseError
from muxi.models import formation as m
from muxi.models import server as s
from muxi.models._base import Answer, Listing, Model

from ..support.fake_server import FakeServer, envelope
from ..support.recorded import recordings
from ..support.samples import KINDS, SERVER, samples

SAMPLES = list(samples())
TOKENS = [
    json.loads(line[6:])["token"]
    for recording in recordings()
    for line in recording.body.decode().split("\n")
    if line.startswith('data: {"token"')
]
EVENTS: TypeAdapter[m.ChatEvent] = TypeAdapter(m.ChatEvent)
NAMES = {"formation_id": "f", "triggers": ["a", "b", "c"]}
NEW_KEYS = st.text(st.characters(categories=["Ll"]), max_size=16).map("new_".__add__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object within a value."""
    if isinstance(value, dict):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from objects(inner)


def again(kind: type[BaseModel], model: BaseModel) -> None:
    assert kind.model_validate(model.model_dump()) == model
    assert kind.model_validate_json(model.model_dump_json()) == model


def test_there_are_samples_of_every_kind() -> None:
    assert {kind for kind, _ in SAMPLES} >= set(KINDS.values())
    assert len(TOKENS) > 500


@given(st.sampled_from(SAMPLES), NEW_KEYS, JSON, st.data())
def test_unknown_keys_are_kept_at_every_depth(
    sample: tuple[type[BaseModel], dict[str, Any]], key: str, value: Any, data: st.DataObject
) -> None:
    kind, payload = sample[0], copy.deepcopy(sample[1])
    data.draw(st.sampled_from(list(objects(payload))))[key] = value
    model = kind.model_validate_json(json.dumps(payload))
    assert json.loads(json.dumps(value)) in list(extras(model, key))
    again(kind, model)


def extras(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, BaseModel):
        found = {**vars(value), **(value.model_extra or {})}
    elif isinstance(value, dict):
        found = value
    else:
        found = dict(enumerate(value)) if isinstance(value, list) else {}
    if key in found:
        yield found[key]
    for inner in found.values():
        yield from extras(inner, key)


@given(st.sampled_from(SAMPLES), st.text())
def test_new_words_for_states_are_taken(
    sample: tuple[type[BaseModel], dict[str, Any]], word: str
) -> None:
    kind, payload = sample[0], copy.deepcopy(sample[1])
    for part in objects(payload):
        for key in ("status", "role", "cancellation", "delivery"):
            if isinstance(part.get(key), str):
                part[key] = word
    again(kind, kind.model_validate_json(json.dumps(payload)))


@given(st.sampled_from(TOKENS), st.text(), st.text(), NEW_KEYS, JSON)
def test_events_of_any_type_and_stage_are_kept(
    token: dict[str, Any], kind: str, stage: str, key: str, value: Any
) -> None:
    event = EVENTS.validate_json(json.dumps({**token, "type": kind, "stage": stage, key: value}))
    assert not isinstance(event, m.Widgets)
    assert event.type == kind
    assert (event.model_extra or {})[key] == json.loads(json.dumps(value))
    assert getattr(event, "stage", None) == stage
    assert EVENTS.validate_json(event.model_dump_json()) == event


def test_recorded_events_are_read_again() -> None:
    for token in TOKENS:
        event = EVENTS.validate_python(token)
        assert EVENTS.validate_json(event.model_dump_json()) == event


def test_answers_are_frozen_and_meta_stays_outside() -> None:
    one, other = (
        s.Health(success=True, status="ok", version="1"),
        s.Health.model_validate(SERVER[2][1]),
    )
    object.__setattr__(one, "_meta", "something")
    assert one == other
    assert one.model_dump() == SERVER[2][1]
    with pytest.raises(pydantic.ValidationError):
        one.status = "bad"


def test_times_are_aware_whatever_the_wire_says() -> None:
    formation = s.Formation.model_validate(SERVER[1][1])
    assert formation.created_at is not None
    assert formation.created_at.utcoffset() is not None
    assert formation.updated_at is None
    word = {"request_id": "r", "status": "processing", "timestamp": "2026-01-01T00:00:00"}
    moment = m.Acknowledgement.model_validate(word).timestamp
    assert moment is not None
    assert moment.utcoffset() is not None


def test_lists_are_sequences() -> None:
    found = s.FormationList.model_validate(SERVER[0][1])
    [only] = found
    assert isinstance(found, Sequence)
    assert (len(found), found[0].id, found[-1:]) == (1, "a", [only])
    assert (found.index(only), found.count(only), found.count("a")) == (0, 1, 0)
    assert only in found
    assert "a" not in found
    assert not s.FormationList(formations=[], total=0)
    names = m.TriggerList.model_validate({**NAMES, "count": 3})
    assert (list(reversed(names)), names[::2], names.count("b")) == (["c", "b", "a"], ["a", "c"], 1)
    assert names.model_dump() == {**NAMES, "count": 3}


def test_the_repr_of_a_list_is_short_and_names_its_items() -> None:
    names = m.TriggerList(formation_id="f", triggers=["a", "b"])
    assert repr(names) == str(names) == "<TriggerList of 2: 'a', 'b'>"
    assert repr(m.TriggerList(formation_id="f", triggers=[])) == "<TriggerList of 0>"
    many = m.TriggerList(formation_id="f", triggers=[f"t{n}" for n in range(1000)])
    assert repr(many) == "<TriggerList of 1000: 't0', 't1', 't2', 't3', 't4', 't5', …>"
    session = m.SessionSummary(session_id="trip", user_id="alice", active=True)
    assert repr(m.SessionList(sessions=[session])) == "<SessionList of 1: 'trip'>"
    message = m.SessionMessage(text="x" * 1000, metadata=m.MessageMetadata())
    page = m.MessageList(session_id="trip", messages=[message], has_more=False)
    assert len(repr(page)) < 100


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        m.SessionList.model_copy,
        lambda answer: answer.model_copy(deep=True),
        lambda answer: answer.model_copy(update={"sessions": []}),
    ],
)
def test_meta_goes_with_copies(copied: Callable[[m.SessionList], m.SessionList]) -> None:
    with (
        FakeServer(envelope({"sessions": [], "count": 0}, "req_1")) as server,
        FormationClient(url=server.url, client_key="c", user_id="alice") as client,
    ):
        found = client.sessions.list()
    assert copied(found).meta == found.meta
    assert found.meta.request_id == "req_1"
    assert copied(found) == found == m.SessionList.model_validate({"sessions": [], "count": 0})
    assert "meta" not in found.model_dump()
    assert pickle.loads(pickle.dumps(found)).meta.request_id is None


def test_every_answer_model_is_an_answer() -> None:
    for kind in {kind for kind, _ in SAMPLES}:
        assert issubclass(kind, Answer)
        assert issubclass(kind, Model)


def test_content_may_come_in_parts() -> None:
    reply = m.ChatReply(
        session_id="s",
        request_id="r",
        content=[
            m.ContentPart(type="text", text="a"),
            m.ContentPart(type="tool_calls"),
            m.ContentPart(type="text", text="b"),
        ],
    )
    assert reply.text == "ab"


@pytest.mark.parametrize(
    "turn", [{"message": "bare"}, {"message": {"role": "assistant", "content": "bare"}}]
)
def test_bare_and_whole_messages_make_replies(turn: dict[str, Any]) -> None:
    reply = m.ChatTurn.model_validate({**turn, "novel": 1}).reply(session_id="s", request_id="r")
    assert isinstance(reply, m.ChatReply)
    assert (reply.text, (reply.model_extra or {})["novel"]) == ("bare", 1)


def test_an_acknowledgement_makes_a_reply_in_the_background() -> None:
    word = {
        "request_id": "r",
        "status": "processing",
        "message": "Later",
        "poll_url": "/v1/requests/r",
    }
    turn = m.ChatTurn.model_validate({"message": word, "session_id": "s"})
    reply = turn.reply(session_id="sent", request_id="sent")
    assert reply.is_background
    assert (reply.request_id, reply.text, reply.session_id) == ("r", "Later", "s")
    assert not reply.awaiting_user


@pytest.mark.parametrize(
    "key",
    [
        "clarification",
        "clarification_requested",
        "clarification_type",
        "requires_clarification",
        "needs_clarification",
        "approval_required",
        "requires_user_response",
    ],
)
def test_each_way_of_asking_is_seen(key: str) -> None:
    value: Any = "api_key" if key == "clarification_type" else True
    metadata = m.ReplyMetadata.model_validate({key: value})
    assert m.ChatReply(session_id="s", request_id="r", metadata=metadata).awaiting_user
    assert not m.ChatReply(session_id="s", request_id="r").awaiting_user


FIRST_USE = """
import sys, threading
from pydantic import BaseModel, ValidationError
from muxi.models import formation

def use():
    for kind in kinds:
        start.wait()
        try:
            kind.model_validate({})
        except ValidationError:
            pass
        except BaseException as exc:
            print(kind.__name__, repr(exc))

sys.setswitchinterval(1e-6)
named = [getattr(formation, name) for name in dir(formation)]
kinds = [kind for kind in named if isinstance(kind, type) and issubclass(kind, BaseModel)]
start = threading.Barrier(16)
threads = [threading.Thread(target=use) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("done")
"""


def test_many_threads_may_be_the_first_to_use_a_model() -> None:
    """Without a lock, Pydantic before 2.14 fails here within a run or two."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_models_are_built_late_and_adapters_of_them_at_once() -> None:
    class Mine(m.Job):
        more: int = 0

    assert not vars(Mine)["__pydantic_complete__"]
    assert TypeAdapter(list[Mine]).pydantic_complete
    assert TypeAdapter(Mine).pydantic_complete
    assert not vars(Mine)["__pydantic_complete__"]


def test_the_bytes_of_an_artifact() -> None:
    def artifact(**more: str) -> m.ReplyArtifact:
        return m.ReplyArtifact(type="data", format="bin", filename="a.bin", **more)

    assert artifact(data_url="data:x/y;base64,AAEC\nAwQ=").read() == bytes(range(5))
    assert artifact(content="é").read() == "é".encode()
    assert artifact().read() == b""
    for bad in ("data:x/y;base64,A", "data:x/y;base64,AA*=", "data:x/y;base64,é"):
        with pytest.raises(InvalidResponseError, match=r"a\.bin are not base64"):
            artifact(data_url=bad).read()


def test_each_list_has_one_field_that_is_a_list() -> None:
    public = [getattr(module, name) for module in (m, s) for name in module.__all__]
    kinds = [kind for kind in public if isinstance(kind, type) and issubclass(kind, Listing)]
    lists = [kind for kind in kinds if "items" not in vars(kind)]
    assert len(lists) > 20
    for kind in lists:
        fields = [get_origin(field.annotation) for field in kind.model_fields.values()]
        assert fields.count(list) == 1, kind


def test_help_shows_the_fields_of_a_model_that_was_never_used() -> None:
    class Built(Model):
        first: int

    class Unbuilt(Built):
        second: str = ""

    Built(first=1)
    shown = pydoc.plain(pydoc.render_doc(Unbuilt))
    assert "Unbuilt(*, first: int, second: str = '', **extra_data: Any) -> None" in shown
