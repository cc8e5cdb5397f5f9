"""The lines that `side_by_side` prints: what a user may wish for, as both SDKs have it.

Each line of the contract's table of what MUXI's own SDK does wrong is here, but for webhooks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of the contract's table: the same wish as both SDKs have it."""

    wish: str
    official: str
    ours: str


JOB = '"recurring", "0 0 1 1 *", "Say hi"'
OUR_JOB = 'f.jobs.create("Say hi", type="recurring", schedule="0 0 1 1 *", user_id="ann")'
TICKET = '{"title": "Broken", "customer": {"name": "Ann"}}'
NOTE = '[{"filename": "a.wav", "content": "UklGRg==", "content_type": "audio/wav", "size": 4}]'

LINES = [
    Line(
        "a plain reply",
        'result = f.chat({"message": "STUB_ECHO=hello"}, user_id="ann")',
        'result = f.chat.send("STUB_ECHO=hello", user_id="ann").text',
    ),
    Line(
        "a plain reply to a voice note",
        f'result = f.audio_chat({{"files": {NOTE}}}, user_id="ann")',
        f'result = f.audio.send({NOTE}, user_id="ann").text',
    ),
    Line(
        "read a secret",
        'result = f.get_secret("NOVEL")',
        'result = hasattr(f.secrets, "get"), "masked:", f.secrets.list().secrets',
    ),
    Line(
        "set a new secret",
        'result = f.set_secret("BY_THEM", "v")',
        'result = f.secrets.set("BY_US", "v").message',
    ),
    Line(
        "fire a trigger",
        f'result = f.fire_trigger("ticket", {TICKET}, user_id="ann")',
        f'result = f.triggers.fire("ticket", {TICKET}, wait=True, user_id="ann")',
    ),
    Line(
        "a user's identifiers",
        'result = f.get_user_identifiers_for_user("ann")',
        'result = f.users.list_identifiers(f.users.resolve("ann@b.c").muxi_user_id)',
    ),
    Line(
        "look up, and make no user",
        'f.resolve_user("them@b.c", create_user=False)\n'
        'result = "made:", f.resolve_user("them@b.c")',
        'result = f.users.lookup("us@b.c")',
    ),
    Line(
        "make ann's job",
        f'result = f.create_scheduler_job({JOB}, "ann")',
        f"result = {OUR_JOB}.user_id",
    ),
    Line(
        "bob's jobs (none)",
        f'f.create_scheduler_job({JOB}, "ann")\n'
        'result = [job["user_id"] for job in f.get_scheduler_jobs("bob")["jobs"]]',
        'result = [job.user_id for job in f.jobs.list(user_id="bob")]',
    ),
    Line(
        "update ann's job",
        'found = f.get_scheduler_jobs("ann")["jobs"]\n'
        'mine = next(job for job in found if job["user_id"] == "ann")\n'
        'result = f.update_scheduler_job(mine["id"], title="Hi")',
        f'job = {OUR_JOB}\njob = f.jobs.update(job.id, title="Hi", user_id="ann")\n'
        "result = job.title, job.user_id, job.replaced",
    ),
    Line(
        "clear the buffer of nobody named",
        "result = f.clear_all_buffers()",
        "result = f.memory.buffer.clear()",
    ),
    Line(
        "health with no key",
        'del keys["client_key"], keys["admin_key"]\nresult = FormationClient(**keys).health()',
        'del keys["client_key"], keys["admin_key"]\nresult = FormationClient(**keys).health()',
    ),
    Line(
        "credential services with the client key",
        'del keys["admin_key"]\nresult = FormationClient(**keys).list_credential_services()',
        'del keys["admin_key"]\nresult = FormationClient(**keys).credentials.list_services()',
    ),
    Line(
        "events of a turn",
        'result = first(f.stream_request("ann", "s", "r"))',
        'result = first(f.events.stream_turn("s", "r", user_id="ann", silence_timeout=3))',
    ),
    Line(
        "logs",
        'result = first(f.stream_logs({"level": "info"}))',
        'result = first(f.logs.stream(level="info", silence_timeout=3))',
    ),
    Line(
        "stream with a wrong key",
        'keys["client_key"] = "wrong"\n'
        'result = first(FormationClient(**keys).chat_stream({"message": "hi"}))',
        'keys["client_key"] = "wrong"\nresult = first(FormationClient(**keys).chat.stream("hi"))',
    ),
    Line(
        "an error's code and message",
        'try:\n    f.get_agent("none")\nexcept Exception as exc:\n'
        '    result = getattr(exc, "code", None), getattr(exc, "message", None)',
        'try:\n    f.agents.get("none")\nexcept Exception as exc:\n'
        "    result = exc.code, exc.message",
    ),
    Line(
        "the payload and nothing else",
        "result = sorted(f.get_agents())",
        "result = sorted(f.agents.list().model_dump()), f.agents.list().meta.request_id",
    ),
    Line(
        "write a memory and list it",
        'f.add_memory("ann", "preference", "likes tea")\nresult = f.get_memories("ann", limit=1)',
        'f.memories.create("likes tea", type="preference", user_id="ann")\n'
        'result = [one.content for one in f.memories.list(limit=1, user_id="ann")]',
    ),
    Line(
        "what is sent for a list of sessions",
        'result = sent(lambda f: f.get_sessions("ann"))[0][0]',
        'result = sent(lambda f: f.sessions.list(user_id="ann"))[0][0]',
    ),
    Line(
        "what an error says of the fault",
        'try:\n    f.create_scheduler_job("recurring", "never", "Say hi", "ann")\n'
        "except Exception as exc:\n"
        '    result = type(exc).__name__, exc.details.get("field", "nothing")',
        'try:\n    f.jobs.create("Say hi", type="recurring", schedule="never", user_id="ann")\n'
        "except Exception as exc:\n"
        '    result = type(exc).__name__, exc.details.get("field", "nothing")',
    ),
    Line(
        "idempotency keys of a call made in three attempts",
        "result = len({key for _, key, _ in sent(lambda f: f.get_agents(), max_retries=2)})",
        "result = len({key for _, key, _ in sent(lambda f: f.agents.list(), max_retries=2)})",
    ),
    Line(
        "attempts at what may not be done twice",
        'result = len(sent(lambda f: f.resolve_user("a@b.c"), max_retries=2))',
        'result = len(sent(lambda f: f.users.resolve("a@b.c"), max_retries=2))',
    ),
    Line(
        "seconds before another attempt, told to wait for 2",
        "times = [at for _, _, at in sent(lambda f: f.get_agents(), max_retries=1)]\n"
        "result = round(times[1] - times[0], 1)",
        "times = [at for _, _, at in sent(lambda f: f.agents.list(), max_retries=1)]\n"
        "result = round(times[1] - times[0], 1)",
    ),
]
