"""Whom events concern beyond those whose ids they carry. A protected reporter is in none of these tables."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import col

from app.amendments.models import Amendment
from app.follow_ups.models import Commitment
from app.irritants.models import Irritant
from app.journal.persons import Pairs
from app.mandates.models import MandateParty

CONCERNED: Final[Mapping[str, Pairs]] = {
    "irritant": select(col(Irritant.id), col(Irritant.reporter_id)),
    "mandate": select(col(MandateParty.mandate_id), col(MandateParty.agent_id)),
    "amendment": select(col(Amendment.id), col(MandateParty.agent_id)).join(
        MandateParty,
        and_(
            col(MandateParty.mandate_id) == col(Amendment.mandate_id),
            col(MandateParty.submission) == col(Amendment.submission),
        ),
    ),
    "commitment": select(col(Commitment.id), col(Commitment.owner_id)),
}
