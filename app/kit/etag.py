"""Optimistic concurrency over HTTP (RFC 9110, sections 8.8.3 and 13.1).

An ETag is `"<version>-<checksum of the body>"`. `If-None-Match` compares it whole, so that a new vote on an irritant is
seen; `If-Match` compares the version alone, so that the same vote does not stop somebody's edit of its text. A proxy
that compresses makes a tag weak (`W/"…"`): that changes neither.
"""

import zlib
from typing import Annotated

from fastapi import Header

from app.kit.i18n import _
from app.kit.problems import FieldError, Invalid, PreconditionFailed, PreconditionRequired

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of the version you read. Missing: 428. Stale: 412. `*` matches any version.",
        examples=['"1-9c3f51d2"'],
    ),
]


def etag(version: int, body: bytes) -> str:
    return f'"{version}-{zlib.crc32(body):08x}"'


def is_held(if_none_match: str | None, tag: str) -> bool:
    """Does the caller already hold `tag`, by what its `If-None-Match` says?"""
    if if_none_match is None:
        return False
    held = [candidate.removeprefix("W/") for candidate in _tags(if_none_match)]
    return tag in held or held == ["*"]


def require_version(if_match: str | None, version: int) -> None:
    """Raise `PreconditionRequired` without `If-Match`, `PreconditionFailed` when it names another version."""
    if if_match is None:
        raise PreconditionRequired
    if if_match.strip() == "*":
        return
    versions = [tag.removeprefix("W/").strip('"').partition("-")[0] for tag in _tags(if_match)]
    if not all(candidate.isdecimal() for candidate in versions):
        raise Invalid(
            errors=[FieldError("If-Match", _("Reprenez l'ETag reçu à la lecture, tel quel."), where="header")]
        )
    if str(version) not in versions:
        raise PreconditionFailed


def _tags(header: str) -> list[str]:
    """The tags of a header; ours hold no comma."""
    return [tag.strip() for tag in header.split(",")]
