"""What happened to an amendment, and to the signatures that successors owe."""

from functools import cached_property

from app.amendments.models import Amendment, ResigningTask
from app.mandates.models import Mandate, MandateParty
from app.notices.queries.mandate_scenes import MandateScene
from app.notices.queries.scenes import People


class AmendmentScene(MandateScene):
    """`subject_id` is the amendment's."""

    @cached_property
    def amendment(self) -> Amendment:
        return self.session.get_one(Amendment, self.event.subject_id)

    @cached_property
    def mandate(self) -> Mandate:
        return self.session.get_one(Mandate, self.amendment.mandate_id)

    def facts(self) -> dict[str, object]:
        return {
            **super().facts(),
            "purpose": self.amendment.purpose,
            "day": self.amendment.in_force_from or self.mandate.ends_on,
        }

    def concerned(self) -> People:
        """Those whom its text asks, or asked, to sign."""
        submission = self.payload.get("submission") or self.amendment.submission
        return [party.agent_id for party in self._parties(submission)] if submission else []

    def everybody(self) -> People:
        """Whoever the mandate binds, and those whom the amendment concerns."""
        return [
            *self.concerned(),
            *self.members(),
            *self.client(),
            *self.sponsor(),
            *self.coach(),
            *self.lab(),
        ]


class AmendmentRefusalScene(AmendmentScene):
    def facts(self) -> dict[str, object]:
        return {**super().facts(), "capacity": self.refusing.capacity.label}

    @cached_property
    def refusing(self) -> MandateParty:
        return self.session.get_one(MandateParty, self.id_of("party_id"))

    def concerned(self) -> People:
        """Those of the submission that was refused: there may be another by now."""
        return [party.agent_id for party in self._parties(self.refusing.submission)]


class ResigningScene(MandateScene):
    """`subject_id` is the task's."""

    @cached_property
    def task(self) -> ResigningTask:
        return self.session.get_one(ResigningTask, self.event.subject_id)

    @cached_property
    def mandate(self) -> Mandate:
        return self.session.get_one(Mandate, self.task.mandate_id)

    def facts(self) -> dict[str, object]:
        return {**super().facts(), "capacity": self.task.capacity.label, "cause": self.task.cause.label}

    def successor(self) -> People:
        """Who is to sign; nobody while nobody holds the function."""
        return [self.task.agent_id]


__all__ = ["AmendmentRefusalScene", "AmendmentScene", "ResigningScene"]
