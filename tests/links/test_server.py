"""The server as it is run: its own worker sends the mail, in a process of its own."""

import re
import time
from pathlib import Path

import httpx2 as httpx

from tests.support.post_office import PostOffice
from tests.support.server import running_server
from tests.support.world import World


def test_a_link_arrives_and_opens(
    world: World, database_url: str, tmp_path: Path, counter: PostOffice
) -> None:
    counter.messages.clear()
    with (
        running_server(database_url, tmp_path / "server.log", ESSAIM_SMTP_URL=counter.url) as url,
        httpx.Client(base_url=url) as browser,
    ):
        form = browser.get("/connexion/lien").text
        [csrf] = re.findall(r'name="csrf" value="(\w+)"', form)
        asked = browser.post("/connexion/lien", data={"csrf": csrf, "email": "bruno@valmoret.test"})
        assert asked.status_code == 303
        deadline = time.monotonic() + 20
        while not counter.messages and time.monotonic() < deadline:
            time.sleep(0.1)
        body = counter.messages[0].get_body(("plain",))
        assert body is not None
        [secret] = re.findall(r"jeton=(\S+)", body.get_content())
        browser.get("/connexion/lien/ouvrir", params={"jeton": secret})
        opened = browser.post("/connexion/lien/ouvrir", data={"csrf": csrf, "jeton": secret})
        assert opened.status_code == 303
        assert "Bruno BRUNO" in browser.get("/").text
    assert secret not in (tmp_path / "server.log").read_text()
