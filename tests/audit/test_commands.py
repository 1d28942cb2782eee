"""The commands that prove the journal."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from typer.testing import CliRunner

from app.cli import main
from app.journal import keys
from app.settings import get_settings
from tests.journal.stones import tamper
from tests.support.world import World, qualified, report


class TestCommands:
    @pytest.fixture(autouse=True)
    def settings(self, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESSAIM_DATABASE_URL", database_url)
        monkeypatch.setenv("ESSAIM_JOURNAL_KEY_FILE", str(tmp_path / "journal.pem"))
        monkeypatch.setattr("app.settings.get_settings", get_settings.__wrapped__)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, standard output, standard error."""
        result = CliRunner().invoke(main, ["audit", *arguments])
        return result.exit_code, result.stdout, result.stderr

    def test_key(self, tmp_path: Path) -> None:
        status, said, _ = self.run("key")
        made = keys.load(tmp_path / "journal.pem")
        assert (status, said) == (0, f"{made.key_id} {made.public()[made.key_id]}\n")
        status, said, complaint = self.run("key")
        assert (status, said) == (2, "")
        assert "--renew" in complaint
        status, said, _ = self.run("key", "--renew")
        assert status == 0
        assert list(keys.load(tmp_path / "journal.pem").trusted) == [said.split()[0], made.key_id]

    def test_no_place_for_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ESSAIM_JOURNAL_KEY_FILE")
        assert self.run("key")[0] == 2
        for command in (["checkpoint"], ["export", "--authority", "valmoret"]):
            status, said, complaint = self.run(*command)
            assert (status, said) == (2, "")
            assert "essaim audit key" in complaint

    @pytest.mark.parametrize("content", [None, b"no key"])
    def test_a_key_that_cannot_be_read(self, tmp_path: Path, content: bytes | None) -> None:
        if content:
            (tmp_path / "journal.pem").write_bytes(content)
        for command in (["key", "--renew"], ["verify"], ["checkpoint"]):
            assert self.run(*command)[0] == 2

    def test_whole(self, world: World) -> None:
        self.run("key")
        qualified(world)
        world.work()
        self.run("checkpoint")
        report(world)
        assert self.run("verify") == (
            0,
            "valmoret: 2 events, 1 checkpoints, whole; 1 more wait to be sealed\n",
            "",
        )

    def test_without_a_key_no_signature_is_checked(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("ESSAIM_JOURNAL_KEY_FILE")
        qualified(world)
        world.work()
        status, said, warning = self.run("verify")
        assert (status, said) == (
            0,
            "valmoret: 2 events, 0 checkpoints, whole; 0 more wait to be sealed\n",
        )
        assert "no signature" in warning

    def test_broken(self, world: World) -> None:
        self.run("key")
        qualified(world)
        world.work()
        forge = text("UPDATE events SET payload = '{}' WHERE position = 1")
        tamper(world.database, lambda connection: connection.execute(forge))
        status, said, _ = self.run("verify", "--authority", "valmoret")
        assert status == 1
        assert "position 1 was changed" in said
        status, said, complaint = self.run("export", "--authority", "valmoret")
        assert status == 1
        assert len(said.splitlines()) == 3, "it leaves as it stands"
        assert "position 1 was changed" in complaint
        status, said, complaint = self.run("checkpoint")
        assert (status, said) == (1, "")
        assert "position 1 was changed" in complaint

    def test_a_witness_kept_elsewhere(self, world: World, tmp_path: Path) -> None:
        self.run("key")
        qualified(world)
        world.work()
        status, said, _ = self.run("checkpoint")
        assert status == 0
        kept = tmp_path / "kept.ndjson"
        kept.write_text(said)
        assert self.run("verify", "--witness", str(kept))[0] == 0
        with World.build(world.app, world.database, slug="haute-arlene"):
            assert self.run("verify", "--witness", str(kept))[0] == 0, "it is Valmoret's, and no other's"

        def shorten(connection: Connection) -> None:
            for statement in (
                "DELETE FROM notices",
                "DELETE FROM deliveries",
                "DELETE FROM event_persons",
                "DELETE FROM journal_checkpoints",
                "DELETE FROM events WHERE position = 2",
                "UPDATE journal_chains SET position = 1, hash = (SELECT hash FROM events WHERE position = 1)",
            ):
                connection.execute(text(statement))

        tamper(world.database, shorten)
        assert self.run("verify", "--authority", "valmoret")[0] == 0
        status, said, _ = self.run("verify", "--authority", "valmoret", "--witness", str(kept))
        assert status == 1
        assert "a checkpoint speaks of 2 events, the chain has 1" in said

    @pytest.mark.parametrize("content", [None, b"{", b"[]\n", b'{"kind":"checkpoint"}\n'])
    def test_a_witness_that_cannot_be_read(self, world: World, tmp_path: Path, content: bytes | None) -> None:
        if content:
            (tmp_path / "kept").write_bytes(content)
        self.run("key")
        assert self.run("verify", "--witness", str(tmp_path / "kept"))[0] == 2

    def test_unknown_authority(self, world: World) -> None:
        self.run("key")
        for command in ("verify", "checkpoint", "export"):
            assert self.run(command, "--authority", "nowhere")[0] == 2

    def test_export(self, world: World) -> None:
        self.run("key")
        qualified(world)
        world.work()
        status, said, _ = self.run("export", "--authority", "valmoret")
        assert status == 0
        header, *events, checkpoint = [json.loads(line) for line in said.splitlines()]
        assert (header["authority"], header["events"], header["checkpoints"]) == ("valmoret", 2, 1)
        assert [event["position"] for event in events] == [1, 2]
        assert events[1]["previous_hash"] == events[0]["hash"]
        assert checkpoint["hash"] == events[1]["hash"]
        assert "testclient" not in said
        assert "testclient" in self.run("export", "--authority", "valmoret", "--addresses")[1]
