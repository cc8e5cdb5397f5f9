"""Processes killed with -9: nothing is lost, nothing is done twice, what is unknown is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from muxi import bulk

from . import kills

COUNT = 40


def check(journal: Path, there: kills.Formation) -> set[str]:
    """What must hold however a run was killed; returns the keys that are uncertain."""
    found = {outcome.key: outcome for outcome in bulk.results(journal)}
    assert found.keys() == {job.key for job in kills.jobs(COUNT)}
    uncertain = {key for key, outcome in found.items() if outcome.state == "uncertain"}
    assert {found[key].state for key in found.keys() - uncertain} == {"done"}
    assert there.turns == {f"prompt {number}": 1 for number in range(COUNT)}
    written = there.memories()
    assert set(written.values()) == {1}
    done = {f"fact {key.split()[1]}" for key in found.keys() - uncertain if key[0] == "m"}
    assert done <= written.keys() <= {f"fact {number}" for number in range(COUNT)}
    return uncertain


def test_the_process_is_killed_and_begun_again(tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    with kills.formation(0.05) as there:
        in_flight = kills.killed(COUNT, 2, journal)
        assert check(journal, there) == in_flight


@pytest.mark.thorough
def test_two_of_three_dask_workers_are_killed(tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    with kills.formation(0.05) as there, kills.cluster(3) as engine:
        found = kills.on_a_cluster(engine, COUNT, 2, journal)
        uncertain = check(journal, there)
    assert uncertain == {key for key, one in found.items() if one.state == "uncertain"}
    assert all(key.startswith("memory") for key in uncertain)
    assert sum(outcome.attempts for outcome in found.values()) > 2 * COUNT
