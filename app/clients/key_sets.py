"""The keys that clients publish at an address of their own (`jwks_uri`: RFC 7591, section 2).

Each server process remembers a set for an hour, and lives on with it for a day where nobody answers. A statement that
names another key has the set read again, at most once a minute: that is how keys are rotated.
"""

from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import Any, Final

import structlog

from app.clients import protocol
from app.clients.protocol import AssertionRefused, NoSuchKey, Statement
from app.kit.outgoing import Unreachable, fetch_json
from app.kit.remembered import PATIENCE, Away, Remembered
from app.settings import get_settings

log = structlog.get_logger("essaim.oauth")

FRESH_SECONDS: Final = 3600
NEW_KEY_SECONDS: Final = 60
AT_ONCE: Final = 4
"""How many threads of a server process may wait for key sets."""

_reading = BoundedSemaphore(AT_ONCE)


class KeySets:
    """What is published, by address."""

    def __init__(self) -> None:
        self._remembered = Remembered()

    def verify(self, assertion: str, url: str, *, client_id: str, audiences: tuple[str, ...]) -> Statement:
        """As `protocol.verify`, by the keys that are published at `url`. Raises `AssertionRefused`."""
        try:
            return protocol.verify(assertion, self._at(url), client_id=client_id, audiences=audiences)
        except NoSuchKey:
            found = self._at(url, unknown=True)
            return protocol.verify(assertion, found, client_id=client_id, audiences=audiences)

    def _at(self, url: str, *, unknown: bool = False) -> Mapping[str, Any]:
        lasts = NEW_KEY_SECONDS if unknown else FRESH_SECONDS
        try:
            found: Mapping[str, Any] = self._remembered.get((url, "keys"), lambda: _read(url), lasts=lasts)
        except Away:
            raise AssertionRefused("its keys cannot be read") from None
        return found


def is_in_reach(url: str) -> bool:
    """Whether this server may call there (`ESSAIM_OUTGOING_HOSTS`)."""
    return get_settings().reach.allows(url)


def _read(url: str) -> dict[str, Any]:
    if not _reading.acquire(timeout=PATIENCE):
        raise Away
    try:
        return protocol.usable_keys(fetch_json(url, get_settings().reach))
    except (Unreachable, ValueError) as error:
        log.warning("no keys at a client's address", url=url, exc_info=error.__cause__ or error)
        raise Away from None
    finally:
        _reading.release()


key_sets: Final = KeySets()
"""Of this server process."""
