"""Somebody at a browser: one cookie jar, forms filled as the pages give them."""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
from fastapi import FastAPI

from tests.support.client import AppClient


class Visitor:
    """`visitor.get("/connexion/lien")`, then `visitor.submit("/connexion/lien", email=…)`, redirects left alone."""

    def __init__(self, app: FastAPI, address: str = "testclient") -> None:
        self.http = AppClient(app, address=address, follow_redirects=False)
        self.csrf = ""

    def get(self, path: str, *, expect: int = 200) -> str:
        response = self.http.get(path)
        assert response.status_code == expect, f"{path}: {response.status_code} {response.text}"
        self._remember(response)
        return response.text

    def submit(self, path: str, *, expect: int = 303, **fields: Any) -> httpx.Response:
        """Send a form with the token of the page last read."""
        response: httpx.Response = self.http.post(path, data={"csrf": self.csrf, **fields})
        assert response.status_code == expect, f"{path}: {response.status_code} {response.text}"
        self._remember(response)
        return response

    def is_inside(self) -> bool:
        """Does the first page open?"""
        return bool(self.http.get("/").status_code == 200)

    def _remember(self, response: httpx.Response) -> None:
        if found := re.search(r'name="csrf" value="([0-9a-f]+)"', response.text):
            self.csrf = found[1]


def where(response: httpx.Response) -> str:
    """The path that a redirect leads to."""
    to = urlsplit(response.headers["location"])
    return to.path + (f"?{to.query}" if to.query else "")
