"""Identifiers: UUIDv7 (RFC 9562), so that rows sort and index by the time they were made."""

import secrets
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from uuid_utils.compat import uuid7

from app.kit import clock

__all__ = ["UUID", "blurred_id", "new_id"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_rank = count()


def new_id() -> UUID:
    """A fresh UUIDv7, of the instant that `clock.at` holds where it holds one: what is told of the past sorts there."""
    told = clock.frozen()
    return uuid7() if told is None else _told(told)


def blurred_id(instant: datetime) -> UUID:
    """A UUIDv7 that tells `instant` (a blurred one: `clock.blurred`) and nothing else: no rank, no counter."""
    milliseconds = (instant - _EPOCH) // timedelta(milliseconds=1)
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    )


def _told(instant: datetime) -> UUID:
    """Milliseconds, microseconds in the twelve bits after them, then a rank: in order within an instant."""
    milliseconds, rest = divmod(instant - _EPOCH, timedelta(milliseconds=1))
    rank = next(_rank) & 0x3FFF_FFFF
    return UUID(
        int=milliseconds << 80
        | 0x7 << 76
        | rest.microseconds << 64
        | 0b10 << 62
        | rank << 32
        | secrets.randbits(32)
    )
