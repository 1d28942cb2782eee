"""How endpoints receive who calls."""

from typing import Annotated, cast

from fastapi import Depends, Request

from app.access.actor import Actor
from app.access.narrowed import require_scope


async def _actor(request: Request) -> Actor:
    caller = cast(Actor, request.state.caller)
    require_scope(caller, request.method)
    return caller


ActorDep = Annotated[Actor, Depends(_actor)]
"""Whoever calls: already authenticated by the route."""
