"""New formations: the checks, their order and the result."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from muxi.testing import Emulator, Fault

from ...support.plain_http import NO_TLS
from ...support.waiting import until
from .raw_control import (
    BOT,
    FORMATIONS,
    KEYS,
    STREAM,
    Control,
    bundle,
    events,
    files,
    manifest,
    stages,
)


def test_a_bundle_becomes_a_formation_that_answers(control: Control) -> None:
    answer = control.deploy()
    assert answer.status_code == 201
    data = answer.json()["data"]
    port = data["port"]
    assert data == {
        "formation_id": "my-bot",
        "port": port,
        "status": "running",
        "url": f"http://localhost:{control.url.rpartition(':')[2]}/api/my-bot",
        "health_url": f"http://localhost:{port}/v1/health",
        "pid": data["pid"],
    }
    assert control.chat().json()["data"]["message"]["content"] == "You said: Ho"
    assert (
        httpx.get(data["health_url"].replace("localhost", "127.0.0.1"), verify=NO_TLS).status_code
        == 200
    )
    headers = {"X-Muxi-Admin-Key": "fma_bot"}
    agents = httpx.get(
        f"{control.url}/api/my-bot/v1/agents", headers=headers, verify=NO_TLS
    ).json()["data"]
    assert [each["id"] for each in agents["agents"]] == ["helper"]
    one = control.get(BOT)
    digest = hashlib.sha256(bundle()).hexdigest()
    assert one["version"] == {"current": digest}
    assert (one["name"], one["restart_count"], one["healthy"]) == ("", 0, True)
    assert one["created_at"] == one["deployed_at"] <= one["updated_at"]
    assert {each["id"] for each in control.get(FORMATIONS)["formations"]} == {"hello", "my-bot"}


def test_keys_from_secrets_are_the_emulators(control: Control, serving: Emulator) -> None:
    text = manifest("fmc_bot", '"${{ secrets.CLIENT }}"')
    body = bundle(files(formation_afs=text) | {"secrets.enc": b"x", ".key": b"y"})
    assert control.deploy(body).status_code == 201
    assert control.chat().status_code == 401
    headers = {**KEYS, "X-Muxi-Client-Key": serving.environ["MUXI_CLIENT_KEY"]}
    found = httpx.get(f"{control.url}/api/my-bot/v1/sessions", headers=headers, verify=NO_TLS)
    assert found.status_code == 200


def test_the_order_of_stages(control: Control) -> None:
    control.server.attempts = 3
    answer = control.deploy(**STREAM)
    assert stages(answer) == [
        "extracting",
        *["resolving_runtime"] * 2,
        "spawning",
        *["health_check"] * 4,
        "complete",
    ]
    found = [data for name, data in events(answer)]
    assert ["version" in data for data in found[1:3]] == [False, True]
    assert [data.get("attempt") for data in found[4:8]] == [None, 1, 2, 3]
    assert {data["max_attempts"] for data in found[5:8]} == {30}
    one = control.get(BOT)
    assert found[-1] == {
        "formation_id": "my-bot",
        "port": one["port"],
        "status": "running",
        "url": f"http://localhost:{control.url.rpartition(':')[2]}/api/my-bot",
        "health_url": f"http://localhost:{one['port']}/v1/health",
        "pid": one["pid"],
    }
    shown = {name: answer.headers[name] for name in ("cache-control", "x-accel-buffering")}
    assert shown == {"cache-control": "no-cache", "x-accel-buffering": "no"}


def test_a_download_of_the_runtime_is_a_stage_where_it_happens(control: Control) -> None:
    control.server.faults += [Fault("pulling_runner"), Fault("downloading_sif")]
    found = stages(control.deploy(**STREAM))
    assert found[2:6] == ["resolving_runtime", "downloading_sif", "pulling_runner", "spawning"]


MISSING = "Missing X-Formation-ID header. Provide the formation ID for early conflict detection."
KIND = "Invalid Content-Type. Expected application/gzip with a formation bundle (tar.gz)"
WRONG = "Invalid X-Formation-ID: "
LETTERS = f"{WRONG}formation ID must contain only lowercase letters, numbers, and hyphens"
LENGTH = f"{WRONG}formation ID must be 3-50 characters"


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Content_Type": "application/json", "X_Formation_ID": ""}, 400, KIND),
        ({"X_Formation_ID": ""}, 400, MISSING),
        ({"X_Formation_ID": "ab"}, 400, LENGTH),
        ({"X_Formation_ID": "a" * 51}, 400, LENGTH),
        ({"X_Formation_ID": "server"}, 400, f'{WRONG}formation ID "server" is reserved'),
        ({"X_Formation_ID": "My-Bot"}, 400, LETTERS),
        ({"X_Formation_ID": "my-bot-"}, 400, LETTERS),
        (
            {"X_Formation_ID": "hello"},
            409,
            "Formation 'hello' already exists. Use PUT to update.",
        ),
    ],
)
@pytest.mark.parametrize("accept", [{}, STREAM])
def test_what_is_refused_before_the_body_is_never_streamed(
    control: Control, headers: dict[str, str], status: int, message: str, accept: dict[str, str]
) -> None:
    answer = control.deploy(b"no bundle", **headers, **accept)
    assert answer.status_code == status
    body = answer.json()
    assert (body["message"], body["code"]) == (message, status)
    assert answer.headers["content-type"] == "application/json"


PARSE = "Failed to parse formation config: "


@pytest.mark.parametrize(
    ("contents", "kind", "message"),
    [
        ({"readme.md": "x"}, "ParseError", "Failed to find formation config: "),
        (files(formation_afs="id: [unclosed"), "ParseError", PARSE),
        (files(formation_afs="- a list"), "ParseError", PARSE),
        (
            files(formation_afs=manifest("id: my-bot\n")),
            "ParseError",
            f"{PARSE}formation config must have an 'id' field",
        ),
        (
            files(formation_afs=manifest("description: A bot\n")),
            "ParseError",
            f"{PARSE}formation config must have a 'description' field",
        ),
        (
            files(formation_afs=manifest("A bot", "${{ secrets.B }} ${{ secrets.A }}")),
            "SecretsError",
            "formation references secrets ([B A]) but 'secrets.enc' file not found"
            " - encrypted secrets are required",
        ),
        (
            files(formation_afs=manifest("A bot", "${{ secrets.B }}"), secrets_enc="x"),
            "SecretsError",
            "formation references secrets ([B]) but '.key' file not found"
            " - encryption key is required",
        ),
        (
            files(formation_afs=manifest("my-bot", "other")),
            "IDMismatch",
            "Formation ID mismatch: expected 'my-bot' but config contains 'other'",
        ),
        (
            files(formation_afs=manifest('"1.0.0"\nserver', "1.10\nserver")),
            "VersionMismatch",
            "Formation version mismatch: expected '1.0.0' but config contains '1.10'",
        ),
    ],
)
def test_what_is_refused_of_the_contents(
    control: Control, contents: dict[str, bytes | str], kind: str, message: str
) -> None:
    control.draft("init", mode="new")
    answer = control.deploy(bundle(contents))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)
    (_, first), (name, last) = events(control.deploy(bundle(contents), **STREAM))
    assert (first["stage"], name) == ("extracting", "error")
    assert (last["error"], last["stage"]) == (kind, "validating")
    assert last["message"].startswith(message)
    assert control.draft("list").json()["draft"]["exists"]


def test_no_bundle_at_all(control: Control) -> None:
    for body, why in (
        (b"", "EOF"),
        (b"no gzip", "unexpected EOF"),
        (b"this is no gzip", "gzip: invalid header"),
    ):
        text = f"Failed to extract bundle: failed to create gzip reader: {why}"
        assert control.deploy(body).json()["message"] == text
        found = events(control.deploy(body, **STREAM))[-1]
        error = {"error": "ExtractError", "message": text, "stage": "extracting"}
        assert found == ("error", error)


def test_a_runtime_that_is_none(control: Control) -> None:
    body = bundle(files(formation_afs=manifest("schema", "muxi_runtime: a:b:c\nschema")))
    assert control.deploy(body).status_code == 400
    assert stages(control.deploy(body, **STREAM)) == ["extracting", "resolving_runtime", "error"]


def test_a_formation_that_does_not_start_is_undone_with_its_draft(control: Control) -> None:
    control.draft("init", mode="new")
    body = bundle({"formation.afs": files()["formation.afs"]})
    answer = control.deploy(body)
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert message.startswith(
        "Formation failed health check after 30s: Formation crashed during startup:\nAgent 'helper'"
    )
    assert control.ask("GET", BOT).status_code == 404
    assert control.draft("list").json()["draft"] == {"exists": False}
    found = events(control.deploy(body, **STREAM))[-1]
    error = {"error": "HealthCheckFailed", "message": message, "stage": "health_check"}
    assert found == ("error", error)


def test_the_version_must_be_announced(control: Control) -> None:
    body = bundle(files(formation_afs=manifest('"1.0.0"\nserver', '"1.1.0"\nserver')))
    assert control.deploy(body).status_code == 400
    assert control.deploy(body, X_Formation_Version="1.1.0").status_code == 201
    assert control.summary()["version"]["semantic"] == "1.1.0"


def test_a_deployment_survives_the_client_that_asked(control: Control) -> None:
    control.server.faults.append(Fault("spawning", delay=0.2))
    headers = {"Content-Type": "application/gzip", "X-Formation-ID": "my-bot", **STREAM}
    given = {**control.headers("POST", FORMATIONS), **headers}
    url = control.url + FORMATIONS
    with httpx.stream("POST", url, content=bundle(), headers=given, verify=NO_TLS) as answer:
        assert next(answer.iter_lines()) == "event: progress"
    until_running(control)
    assert control.chat().status_code == 200


def until_running(control: Control) -> None:
    until(lambda: control.ask("GET", BOT).json().get("data", {}).get("status") == "running")


def test_a_key_of_another_formation_does_not_open_it(bot: Control, serving: Emulator) -> None:
    wrong = {**KEYS, "X-Muxi-Client-Key": serving.environ["MUXI_CLIENT_KEY"]}
    url = f"{bot.url}/api/my-bot/v1/sessions"
    assert httpx.get(url, headers=wrong, verify=NO_TLS).status_code == 401
    assert httpx.get(url, headers=KEYS, verify=NO_TLS).status_code == 200
