"""What pages and docstrings are run on: an emulator where each thing that they show exists."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muxi import FormationClient, ServerClient
from muxi.models.formation import ActionLink, OptionsWidget, ReplyArtifact, WidgetOption
from muxi.testing import Clarification, Emulator, Model, Outcome, Reply, Turn
from muxi.testing.model import echo

ROOT = Path(__file__).parents[2]

MANIFEST = {
    "description": "Answers customers",
    "version": "1.0.0",
    "agents": [
        {"id": "assistant", "name": "Assistant", "description": "Answers whatever it is asked"}
    ],
    "mcp": {"servers": [{"id": "search", "type": "http", "endpoint": "http://127.0.0.1/mcp"}]},
    "memory": {"distillery": {"enabled": True}},
    "proactive": {"channels": {"inbox": {"url": "http://127.0.0.1/inbox"}}},
    "sops": {"refund": "---\ntype: sop\n---\nAsk for the order first."},
    "triggers": {"new-ticket": "There is a new ticket."},
    "MUXI.md": "Answer politely.",
    "PENDING-MUXI.md": "Answer politely and briefly.",
}

CHART = ReplyArtifact(type="image", format="svg", filename="chart.svg", content="<svg/>")

OPTIONS = OptionsWidget(
    type="options", id="color", prompt="Which?", options=[WidgetOption(label="Red", value="red")]
)
LINK = ActionLink(type="action_link", id="docs", label="Read more", url="https://muxi.org")

_POST = """
import asyncio, json, httpx
def post(path, **request):
    async def main():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
            return await http.post(path, **request)
    return asyncio.run(main())
"""

_DELIVER = """
import hashlib, hmac, time
def deliver(key, event):
    at, body = int(time.time()), json.dumps(event)
    signature = hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Muxi-Signature": f"t={at},v1={signature}"}
    return post("/hook", content=body, headers=headers).status_code
turn = {"id": "r", "object": "response", "status": "completed", "timestamp": 1, "user_id": "alice"}
turn.update(formation_id="hello", processing_time=1, response=[{"type": "text", "text": "Done"}])
assert deliver(ADMIN_KEY, turn) == 200
retried = {"request_id": "r", "state": "achieved", "attempts": 1, "timestamp": 1, "result": "Done"}
assert deliver(CLIENT_KEY, retried) == 200
assert deliver("another key", turn) == 401
"""

ENDINGS = {
    "fastapi.md": """
from fastapi.testclient import TestClient

with TestClient(app) as browser:
    told_story = browser.get("/story?topic=sheep").text
assert "event: completed" in told_story and "A story about sheep" in told_story
""",
    "testing.md": """
if __name__ == "__main__":
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ["-p", "muxi.testing.plugin", "-p", "anyio.pytest_plugin"]
    assert pytest.main([__file__, "-W", "error", "-q", *plugins]) == 0
""",
    "webhooks.md": _POST + _DELIVER,
}
"""Code that uses what a page only defines."""

VARIABLES = {"deploy.md": {"MUXI_CLIENT_KEY": "fmc_hello_formation_client"}}
"""The environment of a page that talks to another formation than the emulator's own."""

BEFORE = {
    "muxi.progress.progress_bar": "server.formations.delete('my-bot')",
    "muxi.resources.formation.audit.Audit": "formation.audit.clear()",
    "muxi.resources.formation.distilleries.Distilleries": (
        f"formation.memory.distilleries.register('attic', public_key='{'A' * 43}=')"
    ),
    "muxi.resources.formation.notifications.Notifications": (
        "formation.users.update_channels("
        "user_id='alice', preferred_channel='inbox', channels={'inbox': {'to': 'alice'}})"
    ),
    "muxi.resources.server.dev.Dev": "server.drafts.create('my-bot', mode='clone')",
}
"""Code that makes what an example in a docstring works on."""


def a_model() -> Model:
    """Draws a chart if asked to, and says what was said otherwise.

    It asks back in the session `trip`, and about a story that isn't a session's first message.
    """
    sessions: set[str] = set()

    def model(turn: Turn) -> Outcome:
        if "chart" in turn.message:
            return Reply("Here it is.", artifacts=[CHART])
        if "choose" in turn.message:
            return Reply("Here they are.", widgets=[OPTIONS, LINK])
        later = turn.session_id in sessions
        sessions.add(turn.session_id)
        if (later and "story" in turn.message) or (later and turn.message.startswith("What")):
            return Clarification("Which one?")
        return echo(turn)

    return model


@contextmanager
def environment(folder: Path, *, deploy: bool) -> Iterator[dict[str, str]]:
    """The variables of an emulator where alice has done a few things.

    Args:
        folder: Where the code will run. The files that it may name are put into it.
        deploy: Deploy the formation `my-bot`, which is one of these files.
    """
    (folder / "note.ogg").write_bytes(b"OggS")
    shutil.copytree(ROOT / "examples", folder / "examples")
    bot = shutil.copytree(ROOT / "examples" / "hello-formation", folder / "my-bot")
    manifest = bot / "formation.afs"
    text = manifest.read_text().replace("hello-formation", "my-bot")
    manifest.write_text(text.replace("fmc_hello_formation_client", "fmc_..."))

    with Emulator(multi_user=True, token_pause=0, manifest=MANIFEST, model=a_model()) as emulator:
        settings = emulator.environ
        keys = {"client_key": settings["MUXI_CLIENT_KEY"], "admin_key": settings["MUXI_ADMIN_KEY"]}
        with FormationClient(url=emulator.formation_url, user_id="alice", **keys) as formation:
            formation.chat.send("Where do we go?", session_id="trip")
            formation.chat.stream("Draw a chart", session_id="trip").result()
            formation.jobs.create("What is new?", type="recurring", schedule="0 9 * * *")
        if deploy:
            keys = {"key_id": settings["MUXI_KEY_ID"], "secret_key": settings["MUXI_SECRET_KEY"]}
            with ServerClient(url=emulator.server_url, **keys) as server:
                server.formations.deploy(bot)
        yield settings


def with_real_values(code: str, settings: dict[str, str]) -> str:
    """Code whose placeholders are replaced by the settings, and that waits less for silence."""
    code = code.replace("silence_timeout=60", "silence_timeout=0.1")
    code = code.replace("https://server.example.com", settings["MUXI_SERVER_URL"])
    for name in ("key_id", "secret_key", "formation_id", "client_key", "admin_key"):
        code = code.replace(f"<{name}>", settings[f"MUXI_{name.upper()}"])
    return code
