"""FastAPI answers 422 with what each error is about, but not with a secret."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from muxi.models import formation as m

HIDDEN = "zQ9-hidden"


@cache
def service() -> TestClient:
    app = FastAPI()
    for kind in (m.SecretCreate, m.SecretUpdate, m.CredentialRequest):

        async def take(body: Any) -> None:
            raise AssertionError(f"{body!r} was taken")

        take.__annotations__["body"] = kind
        app.post(f"/{kind.__name__}")(take)
    return TestClient(app)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (m.SecretCreate, {"key": 5, "value": HIDDEN}),
        (m.SecretCreate, {"value": HIDDEN}),
        (m.SecretCreate, {"key": "K", "value": HIDDEN, HIDDEN: 1}),
        (m.SecretUpdate, {"value": [HIDDEN]}),
        (m.SecretUpdate, HIDDEN),
        (m.CredentialRequest, {"service": "s", "credential": HIDDEN}),
        (m.CredentialRequest, {"credential": {"token": HIDDEN}}),
        (m.CredentialRequest, [HIDDEN]),
    ],
)
def test_an_invalid_body_is_not_sent_back(kind: type[BaseModel], body: object) -> None:
    answer = service().post(f"/{kind.__name__}", json=body)
    errors = answer.json()["detail"]
    assert answer.status_code == 422
    assert all(error["msg"] and error["loc"][0] == "body" for error in errors)
    assert [error["input"] for error in errors] == [None] * len(errors)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/x"])
@pytest.mark.parametrize("name", ["SecretCreate", "CredentialRequest"])
def test_a_body_that_is_no_json_is_not_sent_back(name: str, media_type: str) -> None:
    body = f'{{"key": "{HIDDEN}'
    answer = service().post(f"/{name}", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 422
    assert HIDDEN not in answer.text
