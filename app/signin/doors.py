"""The page on which one says who one is: each door that is open has its part of it."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from app.access.fresh import is_fresh
from app.access.rooms import Door, Farewell
from app.kit.database import Database
from app.signin.queries import only_authority
from app.web.pages import local, page, redirect, visit_of


def sign_in_page(
    request: Request, *, to: str | None = None, status: int = 200, fresh: bool = False, **context: Any
) -> Response:
    """The page of `/connexion`. `to` is where one goes after; `context` goes to the templates of the doors.

    A door that refuses shows the page again so: with its `form` (`web.forms.Form`) and its own name as `refusing`.
    """
    settings = request.app.state.settings
    doors: list[Door] = [door for door in request.app.state.doors if door.is_open(settings)]
    database: Database = request.app.state.database
    about: dict[str, Any] = {
        "authority_name": visit_of(request).house or only_authority(database),
        "doors": doors,
        "form": None,
        "fresh": fresh,
        "left": False,
        "refusing": None,
        "to": local(to),
    }
    about |= context
    for door in about["doors"]:
        about |= door.about(request)
    return page(request, "signin/signin.html", status=status, **about)


def already_inside(request: Request, to: str | None, *, fresh: bool) -> Response | None:
    """On to `to` for somebody who has nothing to show any more; None for everybody else."""
    caller = visit_of(request).caller
    if caller is None or (fresh and not is_fresh(caller)):
        return None
    return redirect(local(to))


def last_page(request: Request) -> Response | None:
    """What somebody about to be signed out reads, where the door they came by has something to say."""
    farewells: Sequence[Farewell] = request.app.state.farewells
    return next((said for farewell in farewells if (said := farewell(request))), None)
