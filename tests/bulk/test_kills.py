"""Processes that are killed with -9. `make bulk-kills` does it at full size."""

from __future__ import annotations

from pathlib import Path

import pytest

from muxi import bulk

from . import kills


def test_the_process_is_killed_and_begun_again(tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    with kills.formation(0.05) as there:
        in_flight = kills.killed(20, 1, journal)
        assert kills.check(journal, there, 20) == in_flight


@pytest.mark.thorough
def test_two_of_three_dask_workers_are_killed(tmp_path: Path) -> None:
    journal = tmp_path / "run.db"
    with kills.formation(0.05) as there, kills.cluster(3) as engine:
        kills.on_a_cluster(engine, 40, 2, journal)
        uncertain = kills.check(journal, there, 40)
    again = [one for one in bulk.results(journal) if one.attempts > 1]
    assert again or uncertain
