"""How endpoints receive who calls."""

from typing import Annotated, cast

from fastapi import Depends, Request

from app.access.actor import Actor


async def _actor(request: Request) -> Actor:
    return cast(Actor, request.state.caller)


ActorDep = Annotated[Actor, Depends(_actor)]
"""Whoever calls: already authenticated by the route."""
