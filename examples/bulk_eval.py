"""Evaluate a formation: prompts in, replies and a report out. If it is killed, start it again.

Where the formation is and which key to use comes from the environment: MUXI_SERVER_URL,
MUXI_FORMATION_ID, MUXI_CLIENT_KEY. Usage: python bulk_eval.py [PROMPTS.jsonl [JOURNAL.db]]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from muxi import FormationClient, bulk
from muxi.models.formation import ChatReply
from muxi.resources.formation import Chat

SAMPLE = [{"id": f"greeting-{n}", "prompt": f"Say {n}", "expected": str(n)} for n in range(50)]


def read(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def jobs(rows: list[dict[str, str]]) -> Iterator[bulk.Job[ChatReply]]:
    for row in rows:
        yield bulk.Job(row["id"], Chat.send.build(row["prompt"], user_id="evaluation"))


def report(rows: list[dict[str, str]], journal: str) -> None:
    expected = {row["id"]: row["expected"] for row in rows}
    outcomes = [*bulk.results(journal, ChatReply)]
    done = [one for one in outcomes if one.state == "done"]
    right = [one for one in done if expected[one.key] in one.result().text]
    print(f"{len(done)} of {len(rows)} done, {len(right)} as expected")
    print(f"median {statistics.median(one.seconds for one in outcomes):.2f} s")
    for one in outcomes:
        if one.error is not None:
            print(f"{one.key}: {one.state}: {one.error}")


def main(rows: list[dict[str, str]], journal: str) -> None:
    with FormationClient() as formation:
        for outcome in bulk.run(formation, jobs(rows), journal=journal, concurrency=16):
            if outcome.error is not None:
                print(f"{outcome.key}: {outcome.error}", file=sys.stderr)
    report(rows, journal)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(
            read(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE,
            sys.argv[2] if len(sys.argv) > 2 else str(Path(folder, "run.db")),
        )
