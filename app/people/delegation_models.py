"""Who stands for whom, by which act: delegations of signature and interims.

Both are dated acts of the authority, recorded here as they were taken. `last_day`, included, is when the power ends:
the end that the act states, brought forward when it is withdrawn or ends by itself. What has ended stays, as proof.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from app.kit.columns import EditedRow, Labelled, enum_field, instant_field
from app.kit.i18n import _


class PowerKind(Labelled):
    INTERIM = "interim", _("intérim")
    DELEGATION = "delegation", _("délégation de signature")


class PowerState(Labelled):
    PLANNED = "planned", _("à venir")
    IN_FORCE = "in_force", _("en vigueur")
    ENDED = "ended", _("terminé")


class PowerEnd(Labelled):
    """Why a power ended."""

    EXPIRED = "expired", _("son terme est passé")
    WITHDRAWN = "withdrawn", _("l'acte a été retiré")
    HOLDER_LEFT = "holder_left", _("la personne qui l'exerçait est partie")
    HOLDER_MOVED = "holder_moved", _("la personne qui l'exerçait a changé de fonction")
    PRINCIPAL_LEFT = "principal_left", _("la personne au nom de qui il s'exerçait est partie")


class DelegationField(Labelled):
    """What a delegation lets its holder sign, of what Essaim knows."""

    MANDATES = "mandates", _("les mandats de toutes les directions")
    DIRECTORATE_MANDATES = "directorate_mandates", _("les mandats d'une direction et de ses services")


class HolderFunction(Labelled):
    """The officials to whom the executive may delegate its signature.

    CGCT L.2122-19 (communes), L.3221-3 (départements), L.4231-3 (regions), L.5211-9 (intercommunality).
    """

    GENERAL_DIRECTOR = "general_director", _("direction générale des services")
    DEPUTY_GENERAL_DIRECTOR = "deputy_general_director", _("direction générale adjointe")
    TECHNICAL_DIRECTOR = "technical_director", _("direction des services techniques")
    HEAD_OF_SERVICE = "head_of_service", _("responsable de direction ou de service")


class PowerRow(EditedRow):
    """What a delegation and an interim have in common. `act_reference` names the act, as in `arrêté 2026-114`."""

    holder_id: UUID = Field(foreign_key="agents.id")
    act_reference: str = Field(max_length=200)
    starts_on: date
    last_day: date
    end_cause: PowerEnd | None = enum_field(PowerEnd, default=None, nullable=True)
    end_reason: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = instant_field(default=None, nullable=True)


class SigningDelegation(PowerRow, table=True):
    """An arrêté by which the executive (`giver_id`) lets an official sign in its name, in a field.

    It is personal, is never passed on, and ends by itself with the giver's term (`term_ends_on`) or the holder's
    function: leaving, another directorate (`holder_directorate_id` is that of its first day), another position, or for
    the head of a service, heading none. It may be exercised once published, notified and transmitted (CGCT L.2131-1).
    `field_text` is the field in the words of the act. That no delegate delegates is a trigger of the migration.
    """

    __tablename__ = "signing_delegations"
    __table_args__ = (
        Index("ix_signing_delegations_starts_on", "authority_id", "starts_on", "id"),
        Index("ix_signing_delegations_holder_id", "holder_id", "last_day"),
        Index("ix_signing_delegations_giver_id", "giver_id"),
        Index("ix_signing_delegations_directorate_id", "directorate_id"),
        CheckConstraint("giver_id <> holder_id", name="two_people"),
        CheckConstraint("(field = 'directorate_mandates') = (directorate_id IS NOT NULL)", name="field"),
        CheckConstraint(
            "published_on <= starts_on AND notified_on <= starts_on AND transmitted_on <= starts_on",
            name="enforceable",
        ),
        CheckConstraint(
            "starts_on <= term_ends_on AND (ends_on IS NULL OR starts_on <= ends_on)", name="dates"
        ),
        CheckConstraint(
            "last_day <= term_ends_on AND (ends_on IS NULL OR last_day <= ends_on)", name="last_day"
        ),
        CheckConstraint("(end_cause IS NULL) = (ended_at IS NULL)", name="end"),
    )

    giver_id: UUID = Field(foreign_key="agents.id")
    holder_function: HolderFunction = enum_field(HolderFunction)
    holder_directorate_id: UUID = Field(foreign_key="directorates.id")
    field: DelegationField = enum_field(DelegationField)
    directorate_id: UUID | None = Field(default=None, foreign_key="directorates.id")
    field_text: str = Field(sa_type=Text)
    published_on: date
    notified_on: date
    transmitted_on: date
    ends_on: date | None = None
    term_ends_on: date


class Interim(PowerRow, table=True):
    """An act that names who acts for an absent head or manager, from `starts_on` to `ends_on`, both included.

    One interim at a time for one absent person, and nobody is replaced while they replace somebody: triggers of the
    migration see to both.
    """

    __tablename__ = "interims"
    __table_args__ = (
        Index("ix_interims_starts_on", "authority_id", "starts_on", "id"),
        Index("ix_interims_holder_id", "holder_id", "last_day"),
        Index("ix_interims_absent_id", "absent_id", "last_day"),
        CheckConstraint("absent_id <> holder_id", name="two_people"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("last_day <= ends_on", name="last_day"),
        CheckConstraint("(end_cause IS NULL) = (ended_at IS NULL)", name="end"),
    )

    absent_id: UUID = Field(foreign_key="agents.id")
    ends_on: date


Power = SigningDelegation | Interim
