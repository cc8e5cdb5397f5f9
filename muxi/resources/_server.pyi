"""Written by `make generate`: the namespaces as each kind of client has them."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from .._core.async_stream import AsyncStream
from .._core.call import Response
from .._core.resource import Resource
from .._core.stream import Stream
from .._files.download import OnProgress
from ..models import server as m

class Dev(Resource):
    def run(
        self,
        *,
        path: str | None = None,
        formation_id: str | None = None,
        timeout: float | None = 300.0,
    ) -> m.DevRun: ...
    def stop(self, formation_id: str) -> m.DevStop: ...

class AsyncDev(Resource):
    async def run(
        self,
        *,
        path: str | None = None,
        formation_id: str | None = None,
        timeout: float | None = 300.0,
    ) -> m.DevRun: ...
    async def stop(self, formation_id: str) -> m.DevStop: ...

class RawDev(Resource):
    def run(
        self,
        *,
        path: str | None = None,
        formation_id: str | None = None,
        timeout: float | None = 300.0,
    ) -> Response[m.DevRun]: ...
    def stop(self, formation_id: str) -> Response[m.DevStop]: ...

class AsyncRawDev(Resource):
    async def run(
        self,
        *,
        path: str | None = None,
        formation_id: str | None = None,
        timeout: float | None = 300.0,
    ) -> Response[m.DevRun]: ...
    async def stop(self, formation_id: str) -> Response[m.DevStop]: ...

class Drafts(Resource):
    def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> m.CreatedDraft: ...
    def list(self, formation_id: str, path: str = ".") -> m.DraftFileList: ...
    def read(self, formation_id: str, path: str) -> m.DraftFile: ...
    def write(self, formation_id: str, path: str, content: str | bytes) -> m.WrittenDraftFile: ...
    def delete(self, formation_id: str, path: str) -> m.DeletedDraftFile: ...
    def deploy(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def discard(self, formation_id: str) -> m.DiscardedDraft: ...

class AsyncDrafts(Resource):
    async def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> m.CreatedDraft: ...
    async def list(self, formation_id: str, path: str = ".") -> m.DraftFileList: ...
    async def read(self, formation_id: str, path: str) -> m.DraftFile: ...
    async def write(
        self, formation_id: str, path: str, content: str | bytes
    ) -> m.WrittenDraftFile: ...
    async def delete(self, formation_id: str, path: str) -> m.DeletedDraftFile: ...
    async def deploy(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def discard(self, formation_id: str) -> m.DiscardedDraft: ...

class RawDrafts(Resource):
    def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> Response[m.CreatedDraft]: ...
    def list(self, formation_id: str, path: str = ".") -> Response[m.DraftFileList]: ...
    def read(self, formation_id: str, path: str) -> Response[m.DraftFile]: ...
    def write(
        self, formation_id: str, path: str, content: str | bytes
    ) -> Response[m.WrittenDraftFile]: ...
    def delete(self, formation_id: str, path: str) -> Response[m.DeletedDraftFile]: ...
    def deploy(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def discard(self, formation_id: str) -> Response[m.DiscardedDraft]: ...

class AsyncRawDrafts(Resource):
    async def create(
        self, formation_id: str, *, mode: Literal["new", "clone"] = "new"
    ) -> Response[m.CreatedDraft]: ...
    async def list(self, formation_id: str, path: str = ".") -> Response[m.DraftFileList]: ...
    async def read(self, formation_id: str, path: str) -> Response[m.DraftFile]: ...
    async def write(
        self, formation_id: str, path: str, content: str | bytes
    ) -> Response[m.WrittenDraftFile]: ...
    async def delete(self, formation_id: str, path: str) -> Response[m.DeletedDraftFile]: ...
    async def deploy(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def discard(self, formation_id: str) -> Response[m.DiscardedDraft]: ...

class Formations(Resource):
    def list(self) -> m.FormationList: ...
    def get(self, formation_id: str) -> m.Formation: ...
    def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def start(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def start_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def restart(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def restart_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def rollback(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def rollback_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def stop(self, formation_id: str) -> m.StoppedFormation: ...
    def delete(self, formation_id: str) -> m.DeletedFormation: ...
    def cancel_update(self, formation_id: str) -> m.CancelledUpdate: ...
    def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> m.FormationLogs: ...
    def logs_stream(
        self, formation_id: str, *, stream: Literal["stdout", "stderr"] = "stdout", lines: int = 0
    ) -> Stream[m.LogLine, None]: ...
    def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: OnProgress | None = None,
    ) -> m.DownloadedFormation: ...
    def wait_until_healthy(
        self, formation_id: str, *, timeout: float | None = 300.0, poll_interval: float = 1.0
    ) -> m.Formation: ...

class AsyncFormations(Resource):
    async def list(self) -> m.FormationList: ...
    async def get(self, formation_id: str) -> m.Formation: ...
    async def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def start(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def start_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def restart(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def restart_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def rollback(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def rollback_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def stop(self, formation_id: str) -> m.StoppedFormation: ...
    async def delete(self, formation_id: str) -> m.DeletedFormation: ...
    async def cancel_update(self, formation_id: str) -> m.CancelledUpdate: ...
    async def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> m.FormationLogs: ...
    def logs_stream(
        self, formation_id: str, *, stream: Literal["stdout", "stderr"] = "stdout", lines: int = 0
    ) -> AsyncStream[m.LogLine, None]: ...
    async def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: OnProgress | None = None,
    ) -> m.DownloadedFormation: ...
    async def wait_until_healthy(
        self, formation_id: str, *, timeout: float | None = 300.0, poll_interval: float = 1.0
    ) -> m.Formation: ...

class RawFormations(Resource):
    def list(self) -> Response[m.FormationList]: ...
    def get(self, formation_id: str) -> Response[m.Formation]: ...
    def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def start(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def start_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def restart(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def restart_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def rollback(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def rollback_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> Stream[m.Progress, m.Deployment]: ...
    def stop(self, formation_id: str) -> Response[m.StoppedFormation]: ...
    def delete(self, formation_id: str) -> Response[m.DeletedFormation]: ...
    def cancel_update(self, formation_id: str) -> Response[m.CancelledUpdate]: ...
    def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> Response[m.FormationLogs]: ...
    def logs_stream(
        self, formation_id: str, *, stream: Literal["stdout", "stderr"] = "stdout", lines: int = 0
    ) -> Stream[m.LogLine, None]: ...
    def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: OnProgress | None = None,
    ) -> m.DownloadedFormation: ...
    def wait_until_healthy(
        self, formation_id: str, *, timeout: float | None = 300.0, poll_interval: float = 1.0
    ) -> m.Formation: ...

class AsyncRawFormations(Resource):
    async def list(self) -> Response[m.FormationList]: ...
    async def get(self, formation_id: str) -> Response[m.Formation]: ...
    async def deploy(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def deploy_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def update(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def update_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def apply(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        cleanup: bool = True,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def apply_stream(
        self,
        source: str | os.PathLike[str],
        *,
        include_db: bool = False,
        allow_downgrade: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def start(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def start_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def restart(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def restart_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def rollback(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: Callable[[m.Progress], object] | None = None,
    ) -> m.Deployment: ...
    def rollback_stream(
        self,
        formation_id: str,
        *,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
    ) -> AsyncStream[m.Progress, m.Deployment]: ...
    async def stop(self, formation_id: str) -> Response[m.StoppedFormation]: ...
    async def delete(self, formation_id: str) -> Response[m.DeletedFormation]: ...
    async def cancel_update(self, formation_id: str) -> Response[m.CancelledUpdate]: ...
    async def logs(
        self,
        formation_id: str,
        *,
        lines: int | None = None,
        stream: Literal["stdout", "stderr", "all"] | None = None,
    ) -> Response[m.FormationLogs]: ...
    def logs_stream(
        self, formation_id: str, *, stream: Literal["stdout", "stderr"] = "stdout", lines: int = 0
    ) -> AsyncStream[m.LogLine, None]: ...
    async def download(
        self,
        formation_id: str,
        to: str | os.PathLike[str],
        *,
        include_db: bool = False,
        extract: bool = False,
        timeout: float | None = None,
        silence_timeout: float | None = 600.0,
        on_progress: OnProgress | None = None,
    ) -> m.DownloadedFormation: ...
    async def wait_until_healthy(
        self, formation_id: str, *, timeout: float | None = 300.0, poll_interval: float = 1.0
    ) -> m.Formation: ...

class ServerApi(Resource):
    @property
    def formations(self) -> Formations:
        """The formations that the server runs."""
    @property
    def drafts(self) -> Drafts:
        """Drafts: formations' files, edited on the server."""
    @property
    def dev(self) -> Dev:
        """Formations under development, run next to the deployed ones."""
    def ping(self) -> timedelta: ...
    def health(self) -> m.Health: ...
    def status(self) -> m.ServerStatus: ...
    def logs(self, *, lines: int | None = None) -> list[str]: ...

class AsyncServerApi(Resource):
    @property
    def formations(self) -> AsyncFormations:
        """The formations that the server runs."""
    @property
    def drafts(self) -> AsyncDrafts:
        """Drafts: formations' files, edited on the server."""
    @property
    def dev(self) -> AsyncDev:
        """Formations under development, run next to the deployed ones."""
    async def ping(self) -> timedelta: ...
    async def health(self) -> m.Health: ...
    async def status(self) -> m.ServerStatus: ...
    async def logs(self, *, lines: int | None = None) -> list[str]: ...

class RawServerApi(Resource):
    @property
    def formations(self) -> RawFormations:
        """The formations that the server runs."""
    @property
    def drafts(self) -> RawDrafts:
        """Drafts: formations' files, edited on the server."""
    @property
    def dev(self) -> RawDev:
        """Formations under development, run next to the deployed ones."""
    def ping(self) -> Response[timedelta]: ...
    def health(self) -> Response[m.Health]: ...
    def status(self) -> Response[m.ServerStatus]: ...
    def logs(self, *, lines: int | None = None) -> Response[list[str]]: ...

class AsyncRawServerApi(Resource):
    @property
    def formations(self) -> AsyncRawFormations:
        """The formations that the server runs."""
    @property
    def drafts(self) -> AsyncRawDrafts:
        """Drafts: formations' files, edited on the server."""
    @property
    def dev(self) -> AsyncRawDev:
        """Formations under development, run next to the deployed ones."""
    async def ping(self) -> Response[timedelta]: ...
    async def health(self) -> Response[m.Health]: ...
    async def status(self) -> Response[m.ServerStatus]: ...
    async def logs(self, *, lines: int | None = None) -> Response[list[str]]: ...
