"""The outbox: at least once, never for ever, nothing kept."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.kit import clock
from app.kit.mail import Mail
from app.mailing import service
from app.mailing.models import OutgoingMail
from tests.support.world import World


class Carrier:
    """Takes messages, or fails as told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.taken: list[tuple[str, UUID]] = []

    def __call__(self, mail: Mail, mail_id: UUID) -> None:
        if self.failure:
            raise self.failure
        self.taken.append((mail.text, mail_id))


def owe(world: World, text: str = "secret", minutes: int = 15) -> None:
    with world.database.transaction() as session:
        mail = Mail("bruno@valmoret.test", "s" * 250, text, f"<p>{text}</p>")
        expires_at = clock.now() + timedelta(minutes=minutes)
        service.post(session, world.bruno.agent, mail, expires_at=expires_at)


def rows(world: World) -> list[Any]:
    with world.database.read() as connection:
        return list(connection.execute(select(OutgoingMail.__table__).order_by(col(OutgoingMail.id))))  # type: ignore[attr-defined]


def test_sent_once_and_erased(world: World) -> None:
    owe(world)
    carrier = Carrier()
    assert service.deliver(world.database, carrier) == 1
    assert service.deliver(world.database, carrier) == 0
    [row] = rows(world)
    assert carrier.taken == [("secret", row.id)]
    assert (row.text, row.html, row.attempts) == ("", "", 1)
    assert row.sent_at is not None
    assert row.leased_until is None


def test_what_is_rolled_back_is_never_sent(world: World) -> None:
    with world.database.session() as session:
        service.post(session, world.bruno.agent, Mail("a@b.test", "s", "t", "h"), expires_at=clock.now())
    assert rows(world) == []


def test_the_demonstration_keeps_the_texts(world: World) -> None:
    owe(world)
    assert service.deliver(world.database, Carrier(), keeps_texts=True) == 1
    assert rows(world)[0].text == "secret"


@pytest.mark.parametrize("failure", [ConnectionRefusedError("away"), ValueError("not an address")])
def test_tried_again_later_and_later(world: World, failure: Exception) -> None:
    now = clock.now()
    with clock.at(now):
        owe(world)
        assert service.deliver(world.database, Carrier(failure)) == 0
        assert service.deliver(world.database, Carrier()) == 0, "not before its time"
    [row] = rows(world)
    assert row.due_at == now + timedelta(seconds=2)
    assert type(failure).__name__ in row.last_error
    with clock.at(now + timedelta(seconds=3)):
        service.deliver(world.database, Carrier(failure))
        assert rows(world)[0].due_at == now + timedelta(seconds=7)
    with clock.at(now + timedelta(seconds=8)):
        assert service.deliver(world.database, Carrier()) == 1


def test_given_up_after_the_last_attempt(world: World) -> None:
    owe(world)
    with world.database.transaction() as session:
        session.execute(update(OutgoingMail).values(attempts=service.MAX_ATTEMPTS - 1))
    service.deliver(world.database, Carrier(OSError("away")))
    [row] = rows(world)
    assert row.given_up_at is not None
    assert (row.text, row.html, row.sent_at) == ("", "", None)
    assert service.deliver(world.database, Carrier()) == 0


def test_not_sent_once_it_would_be_untrue(world: World) -> None:
    now = clock.now()
    with clock.at(now):
        owe(world, minutes=15)
    carrier = Carrier()
    with clock.at(now + timedelta(minutes=15)):
        assert service.deliver(world.database, carrier) == 0
    [row] = rows(world)
    assert carrier.taken == []
    assert row.given_up_at is not None
    assert row.text == ""


def test_a_worker_that_dies_leaves_it_to_another(world: World) -> None:
    now = clock.now()

    class Killed(BaseException):
        pass

    def die(_mail: Mail, _mail_id: UUID) -> None:
        raise Killed

    with clock.at(now):
        owe(world)
        with pytest.raises(Killed):
            service.deliver(world.database, die)
        assert service.deliver(world.database, Carrier()) == 0, "still leased"
    with clock.at(now + service.LEASE + timedelta(seconds=1)):
        assert service.deliver(world.database, Carrier()) == 1


def test_a_worker_that_slept_settles_nothing_of_anothers(world: World) -> None:
    now = clock.now()
    with clock.at(now):
        owe(world)

    def overtaken(_mail: Mail, _mail_id: UUID) -> None:
        with clock.at(now + service.LEASE + timedelta(seconds=1)):
            service.deliver(world.database, Carrier(OSError("away")))

    with clock.at(now):
        assert service.deliver(world.database, overtaken) == 0
    [row] = rows(world)
    assert (row.sent_at, row.attempts, row.text) == (None, 2, "secret")


def test_four_workers_send_each_once(world: World) -> None:
    for number in range(20):
        owe(world, text=str(number))
    carrier = Carrier()

    def work() -> None:
        while service.deliver(world.database, carrier):
            pass

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(int(text) for text, _mail_id in carrier.taken) == list(range(20))


def test_forgotten_after_thirty_days(world: World) -> None:
    now = clock.now()
    with clock.at(now - timedelta(days=31)):
        owe(world)
    owe(world)
    with world.database.transaction() as session:
        assert service.forget(session, world.actor("lab"), now.date()) == 1
    assert len(rows(world)) == 1
