"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class AmendmentNotADraft(Conflict):
    """Carries `state` and `possible_moves`, like a refused move."""

    slug = "amendment-not-a-draft"
    title = _(
        "Seul un avenant en rédaction se modifie. En signature, le laboratoire peut reprendre la rédaction."
    )


class IncompleteAmendment(Invalid):
    slug = "incomplete-amendment"
    title = _(
        "Cet avenant n'est pas prêt à être signé. Complétez ce qui est indiqué, puis soumettez-le de nouveau."
    )


class NoAmendmentDocument(Conflict):
    slug = "no-amendment-document"
    title = _("Cet avenant est en rédaction : son texte sera fixé quand il sera soumis à signature.")


class UnknownFollowUp(Invalid):
    slug = "unknown-follow-up"
    title = _("Ce point de suivi n'est pas de ce mandat, ou il n'a pas été tenu.")
