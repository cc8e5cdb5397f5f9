"""Makes thousands of calls. A killed run can be continued without losing or repeating calls.

Example:
    ```python
    from muxi import FormationClient, bulk
    from muxi.resources.formation import Chat

    jobs = (bulk.Job(str(n), Chat.send.build(f"Say {n}")) for n in range(100))
    with FormationClient() as formation:
        for outcome in bulk.run(formation, jobs, journal="run.db"):
            print(outcome.key, outcome.error or outcome.result().text)
    ```
"""

from .jobs import Job as Job
from .jobs import Outcome as Outcome
from .jobs import Progress as Progress
from .journal import count as count
from .journal import results as results
from .run import run as run

__all__ = ["Job", "Outcome", "Progress", "count", "results", "run"]
