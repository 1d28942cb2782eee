"""The floor: a bare FastAPI route that returns as many bytes as are asked for."""

from functools import cache

from fastapi import FastAPI, Response

app = FastAPI()


@cache
def _body(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'


@app.get("/sync/{size}")
def in_a_thread(size: int) -> Response:
    """As our routes run: in a worker thread."""
    return Response(_body(size), media_type="application/json")


@app.get("/async/{size}")
async def in_the_loop(size: int) -> Response:
    """As fast as the framework goes."""
    return Response(_body(size), media_type="application/json")
