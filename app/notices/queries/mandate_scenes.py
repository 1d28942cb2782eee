"""What happened under a mandate: signatures, half-days, follow-ups, commitments."""

from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlmodel import col

from app.agreements.models import Agreement
from app.agreements.queries import answerers
from app.follow_ups.lifecycle import CommitmentState, Side
from app.follow_ups.models import Commitment, FollowUp
from app.half_days.lifecycle import HALVES
from app.half_days.models import HalfDay
from app.journal.models import JournalEvent
from app.mandates.lifecycle import PartyState
from app.mandates.models import Mandate, MandateClause, MandateParty
from app.mandates.substitution import substitutes
from app.notices.queries.scenes import People, TeamScene
from app.people.models import Directorate


class MandateScene(TeamScene):
    """`subject_id` is the mandate's."""

    @cached_property
    def mandate(self) -> Mandate:
        return self.session.get_one(Mandate, self.event.subject_id)

    def team_id(self) -> UUID:
        return self.mandate.team_id

    def facts(self) -> dict[str, object]:
        return {
            **super().facts(),
            "first_day": self.mandate.starts_on,
            "last_day": self.mandate.ends_on,
            "day": self.day_of("on_day", "from_day") or self.mandate.ends_on,
            "reason": self.payload.get("reason", ""),
        }

    def sponsor(self) -> People:
        return [self.mandate.sponsor_id]

    def parties(self) -> People:
        """Those who sign or signed the present submission."""
        return [party.agent_id for party in self._parties(self.mandate.submission)]

    def everybody(self) -> People:
        """Parties, members, the coach and the lab."""
        return [*self.parties(), *self.members(), *self.coach(), *self.lab()]

    def first_to_sign(self) -> People:
        """Those of the first rank."""
        parties = self._parties(self.payload["submission"])
        return self._awaited(parties, min((party.rank for party in parties), default=0))

    def reminded(self) -> People:
        """Those who were asked again, and have not answered since."""
        ids = {UUID(party_id) for party_id in self.payload["party_ids"]}
        parties = [party for party in self._parties(self.mandate.submission) if party.id in ids]
        return self._awaited(parties, min((party.rank for party in parties), default=0))

    def next_to_sign(self) -> People:
        """Those of the next rank, when this signature was the last of its own; else nobody."""
        signed = self.session.get_one(MandateParty, self.id_of("party_id"))
        parties = self._parties(signed.submission)
        others = {party.id for party in parties if party.rank == signed.rank and party.id != signed.id}
        later = [party.rank for party in parties if party.rank > signed.rank]
        if not later or not others <= self._signed_before():
            return []
        return self._awaited(parties, min(later))

    def _parties(self, submission: int) -> list[MandateParty]:
        statement = (
            select(MandateParty)
            .where(
                col(MandateParty.mandate_id) == self.mandate.id, col(MandateParty.submission) == submission
            )
            .order_by(col(MandateParty.rank), col(MandateParty.id))
        )
        return list(self.session.execute(statement).scalars())

    def _signed_before(self) -> set[UUID]:
        """The parties who signed before this event, by the journal: of two who sign together, one comes last."""
        payloads = self.session.execute(
            select(col(JournalEvent.payload)).where(
                col(JournalEvent.subject_id) == self.event.subject_id,
                col(JournalEvent.type) == self.event.type,
                col(JournalEvent.position) < self.event.position,
            )
        ).scalars()
        return {UUID(msgspec.json.decode(payload)["party_id"]) for payload in payloads}

    def _awaited(self, parties: list[MandateParty], rank: int) -> People:
        """The parties of this rank who have yet to sign, and those who may sign in their name today."""
        standing = substitutes(self.session, self.mandate.id, self.today)
        waiting = [party for party in parties if party.rank == rank and party.state is PartyState.PENDING]
        return [
            person
            for party in waiting
            for person in (party.agent_id, *(power.holder_id for power in standing.get(party.id, [])))
        ]


class RefusalScene(MandateScene):
    """A party refused; the mandate may have been submitted anew since."""

    @cached_property
    def refusing(self) -> MandateParty:
        return self.session.get_one(MandateParty, self.id_of("party_id"))

    def facts(self) -> dict[str, object]:
        return {**super().facts(), "capacity": self.refusing.capacity.label}

    def parties(self) -> People:
        return [party.agent_id for party in self._parties(self.refusing.submission)]


class DeadlineScene(MandateScene):
    """A clause has somebody do something by a day."""

    @cached_property
    def clause(self) -> MandateClause | None:
        return self.session.execute(
            select(MandateClause).where(
                col(MandateClause.mandate_id) == self.mandate.id,
                col(MandateClause.key) == self.payload["clause_key"],
            )
        ).scalar_one_or_none()

    def facts(self) -> dict[str, object]:
        clause = self.clause
        return {
            **super().facts(),
            "clause": clause.title if clause else self.payload["clause_key"],
            "what": (clause and clause.deadline_what) or "",
        }

    def owners(self) -> People:
        """The parties who sign in the capacity that the clause names."""
        owner = self.payload["owner"]
        return [
            party.agent_id
            for party in self._parties(self.mandate.submission)
            if party.capacity.value == owner
        ]


class AgreementScene(MandateScene):
    """`subject_id` is the agreement's, its mandate stands in the payload."""

    @cached_property
    def agreement(self) -> Agreement:
        return self.session.get_one(Agreement, self.event.subject_id)

    @cached_property
    def mandate(self) -> Mandate:
        return self.session.get_one(Mandate, self.id_of("mandate_id"))

    def facts(self) -> dict[str, object]:
        return {**super().facts(), "matter": self.agreement.matter, "reason": self.agreement.reason or ""}

    def asker(self) -> People:
        return [self.agreement.requested_by_id]

    def who_answers(self) -> People:
        """The sponsor, and those who may answer in the sponsor's name."""
        return [self.mandate.sponsor_id, *answerers(self.session, self.mandate.id, self.today)]


class HalfDayScene(TeamScene):
    @cached_property
    def half_day(self) -> HalfDay:
        return self.session.get_one(HalfDay, self.event.subject_id)

    def team_id(self) -> UUID:
        return self.half_day.team_id

    def agent(self) -> People:
        return [self.half_day.agent_id]

    def facts(self) -> dict[str, object]:
        by = self.session.get(HalfDay, self.half_day.replaced_by_id) if self.half_day.replaced_by_id else None
        given_back = by or self.half_day
        return {
            **super().facts(),
            "day": self.half_day.day,
            "half": HALVES[self.half_day.half],
            "due": self.day_of("make_good_due") or self.half_day.make_good_due or self.half_day.day,
            "by_day": given_back.day,
            "by_half": HALVES[given_back.half],
        }


class FollowUpScene(TeamScene):
    @cached_property
    def follow_up(self) -> FollowUp:
        return self.session.get_one(FollowUp, self.event.subject_id)

    def team_id(self) -> UUID:
        return self.follow_up.team_id

    def facts(self) -> dict[str, object]:
        directorate = self.session.get_one(Directorate, self.team.client_directorate_id)
        return {
            **super().facts(),
            "directorate": directorate.name,
            "number": self.follow_up.ordinal,
            "planned_on": self.follow_up.planned_on,
            "day": self.day_of("held_on") or self.follow_up.planned_on,
        }

    def around(self) -> People:
        """Both sides, and the sponsor."""
        return [*self.members(), *self.coach(), *self.client(), *self.sponsor()]


class AppointmentScene(FollowUpScene):
    """A follow-up has its day and time, as the clocks of the authority show them."""

    def facts(self) -> dict[str, object]:
        at = self.local(datetime.fromisoformat(self.payload["held_at"]))
        return {**super().facts(), "day": at.date(), "time": at.strftime("%H:%M")}


class CommitmentScene(TeamScene):
    @cached_property
    def commitment(self) -> Commitment:
        return self.session.get_one(Commitment, self.event.subject_id)

    def team_id(self) -> UUID:
        return self.commitment.team_id

    def facts(self) -> dict[str, object]:
        return {
            **super().facts(),
            "commitment": self.commitment.body,
            "side": self.commitment.side.label,
            "due": self.commitment.due_on,
            "reason": self.payload.get("reason", ""),
        }

    def owner(self) -> People:
        return [self.commitment.owner_id]

    def around(self) -> People:
        """Both sides, and the owner, who may be of neither any more."""
        return [*self.owner(), *self.members(), *self.client()]

    def who_must_agree(self) -> People:
        """The side that has not agreed yet to drop it; nobody once both have."""
        if self.commitment.state is not CommitmentState.OPEN:
            return []
        return self.client() if self.payload["by_side"] == Side.TEAM else self.members()
