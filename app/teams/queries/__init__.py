"""Named selects of this room."""

from app.teams.queries.log import LOG, entry_detail, log_readable_by, takes_part
from app.teams.queries.teams import (
    OF_TEAM,
    PHASE_LIST,
    TEAM_LIST,
    active_on,
    detail,
    hold,
    is_member,
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
    "takes_part",
]
