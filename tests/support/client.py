"""A client of the application in the test's own process, which hands it a whole request at once."""

from contextlib import ExitStack
from functools import cache
from typing import Any

import httpx2 as httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient


class AppClient(TestClient):
    """Starlette's client, without its eight errands to the event loop for each request: half of a short one's time.

    It is for answers read whole; one that is left half-way is starlette's client's to test. A fault of the application
    is its 500, as over a network. Where it was not entered it asks in a loop that all of the process's share.
    """

    def __init__(
        self, app: FastAPI, *, address: str = "testclient", follow_redirects: bool = True, **options: Any
    ) -> None:
        client = (address, 50000)
        super().__init__(
            app, raise_server_exceptions=False, follow_redirects=follow_redirects, client=client, **options
        )
        self._transport = _Whole(self, httpx.ASGITransport(app, raise_app_exceptions=False, client=client))


class _Whole(httpx.BaseTransport):
    def __init__(self, owner: AppClient, transport: httpx.ASGITransport) -> None:
        self._owner, self._transport = owner, transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        portal = self._owner.portal or shared_portal()
        return portal.call(self._ask, request)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))


_shared = ExitStack()


@cache
def shared_portal() -> BlockingPortal:
    return _shared.enter_context(start_blocking_portal())


def close_shared_portal() -> None:
    """For when no test will ask anything more: a process does not end while the loop runs."""
    _shared.close()
