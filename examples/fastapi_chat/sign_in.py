"""Signing in. THIS IS A STUB: it asks for no password. Put your own login in its place.

What your own login must keep: the user comes from something that the browser can't forge, here a
signed cookie. It never comes from a parameter or the body of a chat request.
"""

from __future__ import annotations

import os
import secrets

from fastapi import APIRouter, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.middleware.sessions import SessionMiddleware

router = APIRouter(prefix="/api")


class Identity(BaseModel):
    """Who someone is."""

    name: str = Field(pattern=r"^[A-Za-z0-9_.@-]{1,40}$")


@router.get("/me")
def me(request: Request) -> Identity | None:
    """Return who is signed in, or null."""
    name: object = request.session.get("user")
    return Identity(name=name) if isinstance(name, str) else None


def current_user(request: Request) -> str:
    """Return the id of the user who signed in."""
    identity = me(request)
    if identity is None:
        raise HTTPException(401, "Sign in first.")
    return identity.name


@router.post("/sign-in")
async def sign_in(identity: Identity, request: Request) -> Identity:
    """Sign in as anyone: this is the stub."""
    request.session["user"] = identity.name
    return identity


@router.post("/sign-out", status_code=204)
async def sign_out(request: Request) -> None:
    """Sign out."""
    request.session.clear()


def install(app: FastAPI) -> None:
    """Add the routes, and the cookie that holds the user."""
    # Without CHAT_SECRET, a restart signs everybody out. Behind HTTPS, set https_only=True.
    secret = os.environ.get("CHAT_SECRET") or secrets.token_hex()
    app.add_middleware(SessionMiddleware, secret_key=secret, same_site="lax", https_only=False)
    app.include_router(router)
