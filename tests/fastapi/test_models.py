"""FastAPI takes every model as a body and as a response, and describes them all."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from muxi.models import formation as m

from ..support.each import check_each, each
from ..support.strategies import ANSWERS, KINDS, REQUESTS, object_of


def where(kind: type[BaseModel]) -> str:
    return f"/{kind.__module__}/{kind.__name__}"


@cache
def echo() -> FastAPI:
    """A service that takes each model and gives it back."""
    app = FastAPI()
    for kind in KINDS:
        app.post(where(kind), response_model=kind, name=kind.__name__)(_echo(kind))
    return app


def _echo(kind: type[BaseModel]) -> Any:
    async def give_back(body: Any) -> object:
        return body

    # FastAPI takes a parameter that is a sequence for files of a form, unless it is told.
    give_back.__annotations__["body"] = Annotated[kind, Body()]
    return give_back


@cache
def document() -> Any:
    return echo().openapi()


def resolved(schema: Any) -> Any:
    """A schema of the document, or what it refers to."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    return document()["components"]["schemas"][name] if name else schema


def names(kind: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}


@each(KINDS)
def test_the_document_describes_each_model(kind: type[BaseModel]) -> None:
    """Warnings are errors here: there are none."""
    operation = document()["paths"][where(kind)]["post"]
    body = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    answer = resolved(operation["responses"]["200"]["content"]["application/json"]["schema"])
    for schema in (body, answer):
        assert schema.get("properties", {}).keys() == names(kind)
        assert schema["description"].startswith((kind.__doc__ or "").splitlines()[0])


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_schemas(mode: JsonSchemaMode) -> None:
    def check(kind: type[BaseModel]) -> None:
        schema = kind.model_json_schema(mode=mode)
        while "$ref" in schema:
            schema = schema["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        assert schema.get("properties", {}).keys() == names(kind)
        assert schema["additionalProperties"] is not (kind in REQUESTS)

    check_each(check, KINDS)


@pytest.mark.parametrize(
    "kinds",
    [ANSWERS[::4], pytest.param(ANSWERS, marks=pytest.mark.thorough)],
    ids=["some", "all"],
)
def test_answers_pass_unchanged(kinds: list[type[BaseModel]]) -> None:
    def check(kind: type[BaseModel]) -> None:
        @settings(max_examples=1)
        @given(object_of(kind))
        def passes(sent: dict[str, object]) -> None:
            response = service.post(where(kind), json=sent)
            assert response.status_code == 200, response.text
            assert kind.model_validate(response.json()) == kind.model_validate(sent)

        passes()

    with TestClient(echo()) as service:
        check_each(check, kinds)


def test_requests_with_an_unknown_field_are_refused() -> None:
    def check(kind: type[BaseModel]) -> None:
        response = service.post(where(kind), json={"a typo": 1})
        assert response.status_code == 422
        faults = [(fault["type"], fault["loc"]) for fault in response.json()["detail"]]
        assert ("extra_forbidden", ["body", "a typo"]) in faults

    with TestClient(echo()) as service:
        check_each(check, REQUESTS)


def test_a_reply_has_no_nulls_but_those_that_the_formation_sent() -> None:
    app = FastAPI()

    @app.get("/")
    def reply() -> m.ChatReply:
        metadata = m.ReplyMetadata.model_validate({"agent_used": "a", "of a later version": None})
        return m.ChatReply(content="hi", session_id="s", request_id="r", metadata=metadata)

    answer = TestClient(app).get("/").json()
    assert answer["metadata"] == {"agent_used": "a", "of a later version": None}
    assert None not in answer.values()
    schema = app.openapi()["components"]["schemas"]["ChatReply"]["properties"]["metadata"]
    assert schema["$ref"].endswith("/ReplyMetadata")
    assert "default" not in schema
