"""The public page that verifies a mandate: by the code that it shows, or by the file itself."""

from typing import Final

from fastapi import Request, Response

from app.access.governed import open_to_all
from app.kit.limits import network
from app.kit.problems import NotFound, Problem
from app.kit.routing import DatabaseDep, SessionDep
from app.mandates.papers import verifying
from app.web.pages import page, page_router

DOOR: Final = "/verifier"
WHY: Final = "anybody who holds a mandate's file may have it verified"
TEMPLATE: Final = "mandates/verify.html"

pages = page_router(anonymous=True, takes_file=True)


@pages.get(DOOR)
@open_to_all(WHY)
def show_verifier(request: Request) -> Response:
    """Drop a file."""
    return page(request, TEMPLATE, found=None, code=None, error=None)


@pages.post(DOOR)
@open_to_all(WHY)
def verify_dropped(request: Request, session: SessionDep, database: DatabaseDep) -> Response:
    """What the dropped file proves. It is not kept."""
    verifying.knock(database, verifying.BY_FILE, network(request.client and request.client.host))
    try:
        found = verifying.of_file(database, request.state.file)
    except Problem as problem:
        return page(request, TEMPLATE, status=problem.status, found=None, code=None, error=problem)
    return page(request, TEMPLATE, found=found, code=None, error=None)


@pages.get(DOOR + "/{code}")
@open_to_all(WHY)
def show_code(request: Request, code: str, database: DatabaseDep) -> Response:
    """Where the printed square leads."""
    verifying.knock(database, verifying.BY_CODE, network(request.client and request.client.host))
    try:
        found = verifying.of_code(database, code)
    except NotFound as unknown:
        return page(request, TEMPLATE, status=404, found=None, code=code, error=unknown)
    return page(request, TEMPLATE, found=found, code=code, error=None)
