"""All that can be done with amendments, renewals, and the signatures that successors owe."""

from app.amendments.service.drafting import draft, drop, edit, find
from app.amendments.service.renewal import renew
from app.amendments.service.signing import (
    find_to_sign,
    lapse,
    refuse,
    sign,
    submit,
    withdraw,
    withdraw_for_team,
)
from app.amendments.service.tasks import end_of_term, review, review_all

__all__ = [
    "draft",
    "drop",
    "edit",
    "end_of_term",
    "find",
    "find_to_sign",
    "lapse",
    "refuse",
    "renew",
    "review",
    "review_all",
    "sign",
    "submit",
    "withdraw",
    "withdraw_for_team",
]
