"""Style sheets, fonts and images, under `/static/`. Their address changes with their content, so they are kept."""

import zlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).resolve().parent / "static"
PREFIX = "/static"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""A drawing opened as a page keeps its own style, and does nothing."""


class _Kept(StaticFiles):
    """Kept for a year where the address names the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Content-Security-Policy"] = POLICY
        if response.headers.get("content-type", "").endswith("+xml"):
            response.headers["Content-Type"] += "; charset=utf-8"
        return response


@cache
def static_url(path: str) -> str:
    """The address of a file of `app/web/static`."""
    return f"{PREFIX}/{path}?v={zlib.crc32((FOLDER / path).read_bytes()):08x}"


def serve_static(app: FastAPI) -> None:
    """Have `app` answer under `/static/`."""
    app.mount(PREFIX, _Kept(directory=FOLDER), name="static")
