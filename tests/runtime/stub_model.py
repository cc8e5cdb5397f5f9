"""A deterministic stand-in for OpenAI's API, for the runtime under test (stdlib only).

Words in the person's message steer the answers:

    STUB_ECHO=<text>     answer exactly <text>, up to the end of the line
    STUB_LONG=<n>        answer n words
    STUB_SLEEP=<s>       answer after that many seconds; cancelling meanwhile comes too late
    STUB_STALL=<s>       choose an agent after that many seconds; cancelling meanwhile works
    STUB_HTTP=<status>   fail instead of answering: 401 fails the turn, 400 makes the runtime
                         escalate it; 429 and 5xx trip its circuit breaker for all turns
    STUB_TOOL=<name>     plan one call of that tool, e.g. echo__echo
    STUB_FILE            plan one generated file, note.txt
    STUB_CLARIFY         ask back
    STUB_COMPLEX         be so complex (9) that a plan of tasks must be approved first
    STUB_COMPLEX=8       be complex enough for a plan that runs at once
    STUB_THREAT          be a security threat
    STUB_HOME=<place>    find out, where the runtime looks for entities, that they live there

Audio of any kind is heard as TRANSCRIPT.
"""

import contextlib
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TRANSCRIPT = "hello from the voice note"
EMBEDDING_SIZE = 1536  # of text-embedding-3-small
WRITE_NOTE = "open('note.txt', 'w').write('a note from the stub\\n')\n"
DECOMPOSITION = """### TASKS:
1. **Task_ID**: task_1
   - Description: Gather the facts
   - Required_Capabilities: general
   - Dependencies: none
   - Estimated_Complexity: 2
2. **Task_ID**: task_2
   - Description: Write the answer
   - Required_Capabilities: general
   - Dependencies: task_1
   - Estimated_Complexity: 2
"""


class ForcedError(Exception):
    """The message asks for an HTTP error in place of an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"stub forced {status}")
        self.status = status


def value_of(word: str, said: str) -> str | None:
    """The value in WORD=value."""
    found = re.search(rf"{word}=([^\s\"]+)", said)
    return found[1] if found else None


def last_words(messages: list[dict[str, str]]) -> str:
    """What the person says now, without the conversation that the runtime wraps around it."""
    users = [message["content"] for message in messages if message["role"] == "user"]
    current = users[-1].split("=== CURRENT REQUEST ===")[-1].strip().removeprefix("User: ")
    return re.split(r"\n# Conversation Awareness|\n=== CONVERSATION CONTEXT", current)[0].strip()


def decision(field: str, said: str) -> object:
    """One field of the runtime's request analysis or routing; None where any value will do."""
    score = value_of("STUB_COMPLEX", said) or 9 if "STUB_COMPLEX" in said else 2
    threat = "STUB_THREAT" in said
    return {
        "acceptance_criteria": ["answered"],
        "agent": "assistant",
        "complexity_score": int(score),
        "confidence_score": 0.9,
        "implicit_subtasks": ["answer"],
        "is_security_threat": threat,
        "required_capabilities": ["general"],
        "security_block": threat,
        "threat_type": "prompt_injection" if threat else None,
    }.get(field)


def by_schema(schema: dict[str, Any], said: str) -> dict[str, Any]:
    """Answer with the required fields of a JSON schema."""
    empty = {"string": "stub", "array": [], "object": {}, "boolean": False, "number": 0}
    answer = {}
    for field in schema["required"]:
        kind = schema["properties"][field].get("type")
        value = decision(field, said)
        answer[field] = empty.get(kind) if value is None and isinstance(kind, str) else value
    return answer


def clarification(said: str) -> dict[str, Any]:
    """Whether to ask back before anything else happens."""
    ask = "STUB_CLARIFY" in said
    return {
        "needs_clarification": ask,
        "reason": "ambiguous" if ask else "clear",
        "mode": "direct",
        "question": "Which one do you mean?" if ask else None,
        "confidence": 0.9,
    }


def plan(said: str) -> dict[str, Any]:
    """An agent's plan: one step when the words ask for a tool or a file, else none."""
    tool, parameters = value_of("STUB_TOOL", said), {"text": "hi from the tool"}
    if "STUB_FILE" in said:
        tool, parameters = "generate_file", {"code": WRITE_NOTE, "filename": "note.txt"}
    if tool is None:
        return {"steps": [], "my_steps": [], "delegate_steps": []}
    step = {"action": "use the tool", "tool_name": tool, "output_placeholder": "{{RESULT}}"}
    return {
        "steps": [{**step, "step_number": 1, "can_i_do_this": True}],
        "my_steps": [{**step, "parameters": parameters}],
        "delegate_steps": [],
    }


def graph(said: str) -> dict[str, Any]:
    """What the words tell about people and places."""
    place, sure = value_of("STUB_HOME", said), {"confidence": 0.95}
    if place is None:
        return {"entities": [], "relationships": []}
    user = {"name": "User", "type": "person", **sure}
    home = {"name": place, "type": "place", "attributes": {"kind": "city"}, **sure}
    link = {"from": "User", "to": place, "type": "lives_in", **sure}
    return {"entities": [user, home], "relationships": [link]}


def prose(prompt: str, said: str) -> str:
    """Free text: what a rewriting prompt hands over comes back unchanged, the rest is answered."""
    if "Extract a knowledge graph" in prompt:
        return json.dumps(graph(said))
    if "senior workflow architect" in prompt:
        return DECOMPOSITION
    if "enhances user messages" in prompt:
        return said.removeprefix('The user said: "').split('"\n')[0]
    if "\nAgent response: " in said:
        return said.split("\nAgent response: ", 1)[1]
    time.sleep(float(value_of("STUB_SLEEP", said) or 0))
    if status := value_of("STUB_HTTP", said):
        raise ForcedError(int(status))
    if echo := re.search(r"STUB_ECHO=([^\n]*)", said):
        return echo[1]
    if count := value_of("STUB_LONG", said):
        return " ".join(f"word{number}" for number in range(int(count)))
    return f"Stub answer to: {said.partition(chr(10))[0]}"


def answer(body: dict[str, Any], said: str) -> str:
    """The content of the assistant's message."""
    prompt = "\n".join(message["content"] for message in body["messages"])
    if "agent routing system" in prompt:
        time.sleep(float(value_of("STUB_STALL", said) or 0))
    form = body.get("response_format", {})
    if form.get("type") == "json_schema":
        return json.dumps(by_schema(form["json_schema"]["schema"], said))
    if '"my_steps"' in prompt:
        return json.dumps(plan(said))
    if "determine if clarification is needed" in prompt:
        return json.dumps(clarification(said))
    return prose(prompt, said)


def completion(model: str, **choice: object) -> dict[str, Any]:
    """The object around the one choice: the whole message, or a delta of it."""
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion.chunk" if "delta" in choice else "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, **choice}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


class Handler(BaseHTTPRequestHandler):
    """The three OpenAI endpoints that the runtime calls, and channels that answer with a status."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing about each request."""

    def do_POST(self) -> None:
        """Answer one call; the runtime hangs up on a cancelled one."""
        with contextlib.suppress(ConnectionError):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/audio/transcriptions"):
                self.send(200, {"text": TRANSCRIPT, "language": "english", "duration": 1.0})
            elif "/channels/" in self.path:
                self.send(int(self.path.rpartition("/")[2]), {})
            elif self.path.endswith("/embeddings"):
                self.embed(json.loads(raw))
            else:
                self.chat(json.loads(raw))

    def begin(self, status: int, content_type: str) -> None:
        """Send the head of a response, which ends when the connection closes."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.end_headers()

    def send(self, status: int, body: dict[str, Any]) -> None:
        """Send one JSON response."""
        self.begin(status, "application/json")
        self.wfile.write(json.dumps(body).encode())

    def embed(self, body: dict[str, Any]) -> None:
        """Give each text its own fixed random direction."""
        data = []
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        for index, text in enumerate(texts):
            source = random.Random(str(text))
            vector = [source.uniform(-1, 1) for _ in range(EMBEDDING_SIZE)]
            data.append({"object": "embedding", "index": index, "embedding": vector})
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self.send(200, {"object": "list", "data": data, "model": body["model"], "usage": usage})

    def chat(self, body: dict[str, Any]) -> None:
        """Answer a chat completion, whole or streamed word by word."""
        try:
            text = answer(body, last_words(body["messages"]))
        except ForcedError as error:
            self.send(error.status, {"error": {"message": str(error), "type": "stub"}})
            return
        if not body.get("stream"):
            message = {"role": "assistant", "content": text}
            self.send(200, completion(body["model"], message=message, finish_reason="stop"))
            return
        self.begin(200, "text/event-stream")
        for piece in re.findall(r"\S+\s*|\s+", text):
            delta = {"role": "assistant", "content": piece}
            self.event(completion(body["model"], delta=delta, finish_reason=None))
        self.event(completion(body["model"], delta={}, finish_reason="stop"))
        self.wfile.write(b"data: [DONE]\n\n")

    def event(self, chunk: dict[str, Any]) -> None:
        """Send one server-sent event."""
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Serve in a thread on a free loopback port; gives the base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
