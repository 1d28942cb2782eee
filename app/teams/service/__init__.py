"""What can be done with teams, their members, their phases and their log."""

from app.teams.queries import is_member, members_of
from app.teams.service.forming import (
    add_member,
    check_free,
    edit,
    find,
    form_team,
    join,
    leave,
    remove_member,
)
from app.teams.service.log import delete_entry, edit_entry, find_entry, write_entry
from app.teams.service.phases import conclude, enter_phase, mark_mandated

__all__ = [
    "add_member",
    "check_free",
    "conclude",
    "delete_entry",
    "edit",
    "edit_entry",
    "enter_phase",
    "find",
    "find_entry",
    "form_team",
    "is_member",
    "join",
    "leave",
    "mark_mandated",
    "members_of",
    "remove_member",
    "write_entry",
]
