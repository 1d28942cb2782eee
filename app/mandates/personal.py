"""What mandates hold about a person. What is signed is proof, and stays; the name of who signed is kept beside it."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.access.personal import THE_PERSON_ALONE, Fate, Period, PersonalData
from app.kit.columns import table_of
from app.kit.i18n import _
from app.kit.ids import new_id
from app.mandates.drafting_models import MandateComment
from app.mandates.models import Mandate, MandateParty, MandateSignatory, MandateSignature, MandateSlot
from app.mandates.paper_models import MandateFile, MandateProof

_signatures = table_of(MandateSignature)
_signatories = table_of(MandateSignatory)
_comments = table_of(MandateComment)
_files, _proofs = table_of(MandateFile), table_of(MandateProof)
_parties, _slots = table_of(MandateParty), table_of(MandateSlot)
_PROOF = _("acte signé : il fait preuve (Code civil, art. 1366 et 1367 ; RGPD, art. 17.3.b et 17.3.e)")


def keep_names(session: Session, agent: Any) -> int:
    """Keep the name of an agent beside each signature of theirs; how many signatures they gave or were given for."""
    signed = session.execute(
        select(_signatures.c.id).where(_signatures.c.agent_id == agent.id).order_by(_signatures.c.id)
    ).scalars()
    rows = [
        {
            "id": new_id(),
            "authority_id": agent.authority_id,
            "signature_id": signature_id,
            "name": f"{agent.given_name} {agent.family_name}",
        }
        for signature_id in signed
    ]
    if rows:
        session.execute(insert(_signatories), rows)
    return SIGNATURES.count(session, agent.id)


def _read(row: dict[str, Any], agent_id: UUID, _language: str) -> dict[str, Any]:
    """Where a signature came from is told to whoever signed, and not to whom they signed for."""
    return row if row["agent_id"] == agent_id else row | {"address": None}


SIGNATURES: Final = PersonalData(
    kind="signatures", label=_("Signatures de mandats"), table=_signatures,
    by=("agent_id", "on_behalf_of_id"), holds=("address",), fate=Fate.KEPT, why=_PROOF, erase=keep_names, told=_read,
    about=(Mandate.purpose, col(Mandate.id) == _signatures.c.mandate_id),
)  # fmt: skip

PERSONAL: Final = (
    SIGNATURES,
    PersonalData(
        kind="signatories", label=_("Noms gardés auprès des signatures"), table=_signatories, holds=("name",),
        rows=lambda agent_id: _signatories.c.signature_id.in_(
            select(_signatures.c.id).where(_signatures.c.agent_id == agent_id)
        ),
        fate=Fate.KEPT, why=_PROOF, copied=False,
    ),
    PersonalData(
        kind="mandate_parties", label=_("Mandats dont la personne est partie"), table=_parties,
        by=("agent_id",), fate=Fate.KEPT, why=_PROOF,
        about=(Mandate.purpose, col(Mandate.id) == _parties.c.mandate_id),
    ),
    PersonalData(
        kind="mandate_files", label=_("Mandats scellés, qui nomment leurs parties"), table=_files,
        holds=("content", "evidence"),
        rows=lambda agent_id: _files.c.mandate_id.in_(
            select(_parties.c.mandate_id).where(_parties.c.agent_id == agent_id)
        ),
        fate=Fate.KEPT, why=_PROOF, copied=False,
    ),
    PersonalData(
        kind="mandate_proofs", label=_("Certificats qui ont prouvé une signature"), table=_proofs,
        holds=("subject",),
        rows=lambda agent_id: _proofs.c.signature_id.in_(
            select(_signatures.c.id).where(_signatures.c.agent_id == agent_id)
        ),
        fate=Fate.KEPT, why=_PROOF, copied=False,
    ),
    PersonalData(
        kind="mandates_sponsored", label=_("Mandats dont la personne est sponsor"), table=table_of(Mandate),
        by=("sponsor_id",), fate=Fate.UNNAMED, why=_("l'identifiant ne mène plus qu'à une fiche sans nom"),
    ),
    PersonalData(
        kind="mandate_comments", label=_("Remarques sur des mandats en rédaction, écrites ou traitées"),
        table=_comments, by=("author_id", "resolved_by_id"), fate=Fate.UNNAMED,
        why=_("l'identifiant ne mène plus qu'à une fiche sans nom"), readers=THE_PERSON_ALONE,
        about=(Mandate.purpose, col(Mandate.id) == _comments.c.mandate_id),
    ),
    PersonalData(
        kind="mandate_slots", label=_("Demi-journées prévues par un mandat"), table=_slots, by=("agent_id",),
        fate=Fate.KEPT, why=_PROOF,
    ),
)  # fmt: skip

PERIODS: Final = (
    Period(
        kind="signed_acts",
        label=_("Mandats signés : texte, parties, signatures"),
        since=_("la fin du mandat"),
        source=_(
            "fixe : archives publiques (Code du patrimoine, L.211-1 et L.212-2), à verser ou à éliminer avec le "
            "service d'archives ; Essaim ne les efface jamais de lui-même"
        ),
        months=None,
    ),
)
