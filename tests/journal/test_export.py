"""What leaves for a third party holds by itself: the script of docs/ is run as they would run it."""

import base64
import hashlib
import io
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import insert, update

from app.access.actor import Actor
from app.journal import keys, proof, service
from app.journal.chain import events as EVENTS  # noqa: N812 a table
from app.journal.checkpoints import checkpoints as CHECKPOINTS  # noqa: N812 a table
from app.journal.checkpoints import make
from app.journal.digest import digest, export_message
from app.journal.keys import Keyring
from app.journal.models import GENESIS, JournalChain
from app.kit import clock
from app.kit.database import Database
from app.kit.ids import new_id
from tests.journal.stones import StoneLaid, calling_from, lay, recorded, tamper
from tests.support.database import owning

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_journal.py"
SAID = 'Où ?\n"Là-bas"\t\\ \u2028\x7f é 🐝 </script>'

Line: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StoneNamed(StoneLaid):
    type = "stone.named"
    said: str


@dataclass(frozen=True)
class Exported:
    """A journal of nine events, the first two recorded before there was a second version of the digest."""

    database: Database
    actor: Actor
    keys: Keyring
    folder: Path

    def lines(self, keys: Keyring | None = None, *, addresses: bool = False) -> list[Line]:
        name, owner = "valmoret", self.actor.authority_id
        return [
            json.loads(line)
            for line in proof.export(self.database, owner, name, keys or self.keys, addresses=addresses)
        ]

    def check(self, lines: list[Line], *options: str) -> tuple[bool, str]:
        """What the script says of these lines, and whether they are whole."""
        return self.check_bytes(b"".join(written(line) for line in lines), *options)

    def check_bytes(self, content: bytes, *options: str) -> tuple[bool, str]:
        file = self.folder / "export.ndjson"
        file.write_bytes(content)
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(said):
            patched.setattr(sys, "argv", [SCRIPT.name, str(file), *options])
            try:
                runpy.run_path(str(SCRIPT), run_name="__main__")
            except SystemExit as broken:
                return False, str(broken)
            except (ValueError, LookupError, StopIteration) as unreadable:
                return False, f"unreadable: {unreadable!r}"
        return True, said.getvalue()


def written(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def exported(database: Database, actor: Actor, tmp_path: Path) -> Exported:
    file = tmp_path / "journal.pem"
    first = keys.create(file)
    old = {
        "authority_id": actor.authority_id,
        "type": "stone.laid",
        "subject_type": "stone",
        "subject_id": new_id(),
        "occurred_at": clock.now().replace(microsecond=0),
        "payload": '{"course":1}',
        "digest_version": 1,
    }
    with owning(database) as connection:
        connection.execute(insert(EVENTS), [{**old, "id": new_id()} for _ in range(2)])
    service.seal(database)
    make(database, first, actor.authority_id)
    somebody = calling_from(actor, "203.0.113.7", agent_id=new_id(), delegation_id=new_id())
    with database.transaction() as session:
        service.record(session, StoneNamed(subject_id=new_id(), said=SAID), by=somebody)
    lay(database, somebody, 4)
    service.seal(database)
    second = keys.renew(file)
    make(database, second, actor.authority_id)
    lay(database, actor, 2)
    service.seal(database)
    return Exported(database, actor, second, tmp_path)


def test_an_event_of_the_first_version_keeps_its_digest(exported: Exported) -> None:
    """The formula as it was released, written out."""
    event = recorded(exported.database)[0]
    facts = [
        GENESIS,
        1,
        str(event.id),
        str(event.authority_id),
        "stone.laid",
        "stone",
        str(event.subject_id),
        None,
        None,
        None,
        event.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        '{"course":1}',
    ]
    assert event.hash == hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def test_whole(exported: Exported) -> None:
    lines = exported.lines()
    assert [line["kind"] for line in lines] == ["header", *["event"] * 9, *["checkpoint"] * 2]
    whole, said = exported.check(lines)
    assert whole, said
    assert said.startswith("WHOLE: 9 events")
    assert exported.check(lines, "--key", exported.keys.key_id)[0]
    assert not exported.check(lines, "--key", "0" * 32)[0]


def test_as_a_third_party_runs_it(exported: Exported) -> None:
    """In a process of its own, isolated: neither our code nor our directory is of any help to it."""
    file = exported.folder / "export.ndjson"
    command = [sys.executable, "-I", "-W", "error::SyntaxWarning", str(SCRIPT), str(file)]
    for broken in (False, True):
        lines = exported.lines()
        lines[3]["payload"] = lines[3]["payload"].replace("é", "e" if broken else "é")
        file.write_bytes(b"".join(written(line) for line in lines))
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=exported.folder)
        assert done.returncode == int(broken)
        assert (
            "BROKEN: event 3 was changed" in done.stderr
            if broken
            else done.stdout.startswith("WHOLE: 9 events")
        )


def test_addresses_are_left_out_unless_asked_for(exported: Exported) -> None:
    assert "203.0.113.7" not in json.dumps(exported.lines())
    lines = exported.lines(addresses=True)
    assert sum(line.get("address") == "203.0.113.7" for line in lines) == 5
    assert exported.check(lines)[0]
    lines[3]["address"] = "203.0.113.8"
    assert not exported.check(lines)[0]


def test_of_nothing(exported: Exported, neighbour: Actor) -> None:
    lines = list(proof.export(exported.database, neighbour.authority_id, "haute-arlene", exported.keys))
    assert len(lines) == 1
    assert exported.check_bytes(b"".join(lines))[0]


def test_every_byte_counts(exported: Exported) -> None:
    """Whatever digit or letter is changed in any value of any line, the script says so."""
    lines = exported.lines(addresses=True)
    untold = {"kind", "authority"}
    tried = 0
    for number, line in enumerate(lines):
        for name, value in line.items():
            if name in untold or value is None or isinstance(value, dict):
                continue
            if number in {4, 5, 6, 8}:
                continue  # like their neighbours
            changed = [dict(other) for other in lines]
            changed[number][name] = value + 1 if isinstance(value, int) else _another(value)
            tried += 1
            assert not exported.check(changed)[0], (number, name)
    assert tried > 80


def _another(text: str) -> str:
    last = text.rstrip('Z"}')
    return text[: len(last) - 1] + ("1" if last[-1] != "1" else "2") + text[len(last) :]


TAMPERINGS: dict[str, Callable[[list[Line]], object]] = {
    "first event removed": lambda lines: lines.pop(1),
    "middle event removed": lambda lines: lines.pop(5),
    "last event removed": lambda lines: lines.pop(9),
    "two events exchanged": lambda lines: lines.insert(4, lines.pop(5)),
    "an event twice": lambda lines: lines.insert(5, lines[5]),
    "a checkpoint removed": lambda lines: lines.pop(10),
    "a checkpoint twice": lambda lines: lines.append(lines[10]),
    "one checkpoint in the place of another": lambda lines: lines.__setitem__(11, lines[10]),
    "cut at a checkpoint": lambda lines: lines.__delitem__(slice(8, 11)),
    "cut after the events": lambda lines: lines.__delitem__(slice(10, None)),
    "nothing but the header": lambda lines: lines.__delitem__(slice(1, None)),
    "no signature": lambda lines: lines[0].update(signature=""),
    "a key left out": lambda lines: lines[0]["keys"].popitem(),
    "an event of another authority": lambda lines: lines[5].update(authority_id=str(new_id())),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampered(exported: Exported, how: str) -> None:
    lines = exported.lines()
    TAMPERINGS[how](lines)
    whole, said = exported.check(lines)
    assert not whole
    assert "BROKEN" in said, said


def test_cut_anywhere(exported: Exported) -> None:
    content = b"".join(written(line) for line in exported.lines())
    for end in range(0, len(content) - 2, 997):
        assert not exported.check_bytes(content[:end])[0], end


def recomputed(lines: list[Line], signer: Keyring) -> list[Line]:
    """The third event says another thing, every hash is right again, and `signer` signs the header."""
    lines = [dict(line) for line in lines]
    lines[3]["payload"] = '{"course":1,"said":"rien"}'
    previous = GENESIS
    for line in lines[1:10]:
        line["previous_hash"] = previous
        previous = line["hash"] = digest(previous, line["position"], line)
    lines[0]["hash"] = previous
    lines[0]["key_id"] = signer.key_id
    lines[0]["keys"] = {**lines[0]["keys"], **signer.public()}
    header = lines[0]
    message = export_message(
        header["authority_id"],
        (header["events"], header["hash"]),
        header["checkpoints"],
        header["exported_at"],
        header["keys"],
        signer.key_id,
    )
    header["signature"] = signer.sign(message)
    return lines


class TestRecomputed:
    """Every hash is right: what is left are the signatures."""

    def test_by_somebody_without_the_key(self, exported: Exported, tmp_path: Path) -> None:
        forger = keys.create(tmp_path / "forger.pem")
        whole, said = exported.check(recomputed(exported.lines(), forger))
        assert not whole
        assert "written anew" in said

    def test_with_checkpoints_of_their_own(self, exported: Exported, tmp_path: Path) -> None:
        """A whole export under another key: only the id of the right one tells."""
        forger = keys.create(tmp_path / "forger.pem")
        lines = exported.lines()
        del lines[10:]
        lines[0]["checkpoints"] = 0
        lines = recomputed(lines, forger)
        assert exported.check(lines)[0]
        whole, said = exported.check(lines, "--key", exported.keys.key_id)
        assert not whole
        assert forger.key_id in said

    def test_by_whoever_holds_the_key(self, exported: Exported) -> None:
        """An export kept since then tells, whatever has been signed anew."""
        kept = exported.folder / "kept.ndjson"
        kept.write_bytes(b"".join(written(line) for line in exported.lines()))
        lines = exported.lines()
        del lines[10:]
        lines[0]["checkpoints"] = 0
        lines = recomputed(lines, exported.keys)
        assert exported.check(lines, "--key", exported.keys.key_id)[0]
        whole, said = exported.check(lines, "--key", exported.keys.key_id, "--earlier", str(kept))
        assert not whole
        assert "written anew" in said

    def test_in_the_database(self, exported: Exported) -> None:
        last = recorded(exported.database)[-1].model_dump()
        made = digest(last["previous_hash"], 9, {**last, "payload": "{}"})

        def write_anew(connection: Any) -> None:
            connection.execute(update(EVENTS).where(EVENTS.c.position == 9).values(payload="{}", hash=made))
            chains = JournalChain.__table__  # type: ignore[attr-defined]
            connection.execute(update(chains).values(hash=made))

        make(exported.database, exported.keys, exported.actor.authority_id)
        tamper(exported.database, write_anew)
        assert not exported.check(exported.lines())[0]


def test_an_earlier_export_is_borne_out(exported: Exported) -> None:
    kept = exported.folder / "kept.ndjson"
    kept.write_bytes(b"".join(written(line) for line in exported.lines()))
    lay(exported.database, exported.actor, 3)
    service.seal(exported.database)
    later = exported.lines()
    assert exported.check(later, "--earlier", str(kept))[0]
    kept.write_bytes(b"".join(written(line) for line in later))
    assert not exported.check([json.loads(line) for line in _first(exported)], "--earlier", str(kept))[0]


def _first(exported: Exported) -> list[str]:
    """An export as it would stand had the last three events never been: whole by itself."""
    lines = exported.lines()
    lines = [line for line in lines if line["kind"] != "event" or line["position"] <= 9]
    header = lines[0] | {"events": 9, "hash": lines[9]["hash"]}
    claims = (9, header["hash"]), header["checkpoints"], header["exported_at"], header["keys"]
    header["signature"] = exported.keys.sign(
        export_message(header["authority_id"], *claims, exported.keys.key_id)
    )
    return [json.dumps(line) for line in [header, *lines[1:]]]


def test_a_checkpoint_dated_back(exported: Exported) -> None:
    def date_back(connection: Any) -> None:
        connection.execute(update(CHECKPOINTS).values(made_at=clock.now() - timedelta(days=300)))

    tamper(exported.database, date_back)
    whole, said = exported.check(exported.lines())
    assert not whole
    assert "signature" in said


def test_the_key_is_told_in_the_open(exported: Exported) -> None:
    public = exported.lines()[0]["keys"][exported.keys.key_id]
    assert len(bytes.fromhex(public)) == 32
    pem = (exported.folder / "journal.pem").read_text()
    private = base64.b64decode("".join(pem.split("-----")[2].split()))[-32:].hex()
    assert private not in json.dumps(exported.lines(addresses=True))
