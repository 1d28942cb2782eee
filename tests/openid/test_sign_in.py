"""Signing in by a provider, against one that runs."""

from tests.openid.doors import Doors


def test_somebody_comes_in(doors: Doors) -> None:
    response = doors.sign_in(query={"suite": "/?a=b"})
    assert response.status_code == 303, response.text
    assert response.headers["location"] == "/?a=b"
    assert doors.me() == "bruno"
