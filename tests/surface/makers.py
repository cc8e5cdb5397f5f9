"""Clients of either service and client_kind."""

from __future__ import annotations

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

SyncClient = FormationClient | ServerClient
AsyncClient = AsyncFormationClient | AsyncServerClient


def sync_client(service: str, url: str = "http://muxi.test", **options: str) -> SyncClient:
    if service == "formation":
        return FormationClient(base_url=f"{url}/v1", **options)
    return ServerClient(url=url, **options)


def async_client(service: str, url: str = "http://muxi.test", **options: str) -> AsyncClient:
    if service == "formation":
        return AsyncFormationClient(base_url=f"{url}/v1", **options)
    return AsyncServerClient(url=url, **options)
