"""What an API client, and a person's token, may be allowed."""

from collections.abc import Iterable, Sequence

from app.kit.i18n import Text, _

SCOPES: dict[str, Text] = {
    "hr:read": _("lire les agents, les directions, les absences et le temps protégé"),
    "hr:write": _("déclarer les absences et les rythmes de travail"),
    "programme:read": _("lire le programme : irritants, appels, équipes, solutions"),
    "programme:write": _("agir sur le programme au nom du laboratoire"),
    "events:read": _("lire le flux des événements"),
}


IMPLIED = {"programme:write": "programme:read"}
"""Who acts on the programme acts on what they can read. `hr:write` implies nothing: it declares, and reads no file."""

READ, WRITE = "read", "write"
"""What a person's token may do, of what the person may. `write` implies `read`."""


def whole(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes, with those that they imply."""
    given = frozenset(scopes)
    return given | {implied for scope, implied in IMPLIED.items() if scope in given}


def check_scopes(scopes: Sequence[str]) -> list[str]:
    """The scopes, sorted and without repeats. Raises `ValueError` naming an unknown one and the known ones."""
    for scope in scopes:
        if scope not in SCOPES:
            raise ValueError(f"unknown scope {scope!r}; known: {', '.join(SCOPES)}")
    return sorted(set(scopes))
