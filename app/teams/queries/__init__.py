"""Named selects of this room."""

from app.teams.belonging import is_member
from app.teams.queries.log import LOG, entry_detail, log_readable_by
from app.teams.queries.teams import (
    OF_TEAM,
    PHASE_LIST,
    TEAM_LIST,
    active_on,
    detail,
    hold,
    is_readable,
    joined_through,
    member_detail,
    members_of,
    membership,
    present_phase,
    readable_by,
)

__all__ = [
    "LOG",
    "OF_TEAM",
    "PHASE_LIST",
    "TEAM_LIST",
    "active_on",
    "detail",
    "entry_detail",
    "hold",
    "is_member",
    "is_readable",
    "joined_through",
    "log_readable_by",
    "member_detail",
    "members_of",
    "membership",
    "present_phase",
    "readable_by",
]
