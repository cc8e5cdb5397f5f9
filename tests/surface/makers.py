"""Clients of either service that are never used to call."""

from __future__ import annotations

from muxi import AsyncFormationClient, AsyncServerClient, FormationClient, ServerClient

SyncClient = FormationClient | ServerClient
AsyncClient = AsyncFormationClient | AsyncServerClient


def sync_client(service: str) -> SyncClient:
    if service == "formation":
        return FormationClient(url="http://muxi.test")
    return ServerClient(url="http://muxi.test")


def async_client(service: str) -> AsyncClient:
    if service == "formation":
        return AsyncFormationClient(url="http://muxi.test")
    return AsyncServerClient(url="http://muxi.test")
