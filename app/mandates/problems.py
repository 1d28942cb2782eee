"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Forbidden, Invalid


class MandateInPreparation(Conflict):
    slug = "mandate-in-preparation"
    title = _("Un mandat de cette équipe est déjà en préparation : reprenez celui-là.")


class NoCharter(Conflict):
    slug = "no-charter"
    title = _("Aucun cadre n'est en vigueur : adoptez d'abord celui du programme, puis rédigez le mandat.")


class NotADraft(Conflict):
    """Carries `state` and `possible_moves`, like a refused move."""

    slug = "not-a-draft"
    title = _(
        "Seul un mandat en rédaction se modifie. En signature, le laboratoire peut reprendre la rédaction."
    )


class NotInForce(Conflict):
    slug = "not-in-force"
    title = _("Ce geste suppose un mandat en vigueur. Celui-ci ne l'est pas, ou ne l'est plus.")


class AmendmentInPreparation(Conflict):
    slug = "amendment-in-preparation"
    title = _("Un avenant à ce mandat est déjà en préparation : reprenez celui-là, ou laissez-le.")


class NoDocument(Conflict):
    slug = "no-document"
    title = _("Ce mandat est en rédaction : son texte sera fixé quand il sera soumis à signature.")


class InvalidMandate(Invalid):
    slug = "invalid-mandate"
    title = _("Ce mandat est à corriger avant d'aller plus loin.")


class IncompleteMandate(Invalid):
    slug = "incomplete-mandate"
    title = _(
        "Ce mandat n'est pas prêt à être signé. Complétez ce qui est indiqué, puis soumettez-le de nouveau."
    )


class AnotherText(Conflict):
    slug = "another-text"
    title = _("Le texte à signer n'est pas celui que vous avez lu : relisez le mandat, puis signez.")


class AlreadySigned(Conflict):
    slug = "already-signed"
    title = _("Vous avez déjà signé ce mandat. Il n'y a rien d'autre à faire.")


class NotYourTurn(Conflict):
    slug = "not-your-turn"
    title = _("Votre tour de signer n'est pas encore venu : vous serez prévenu.")


class PowerLapsed(Conflict):
    slug = "power-lapsed"
    title = _("Vous n'exercez plus la fonction au titre de laquelle votre signature était attendue.")


class NoSuchPower(Forbidden):
    slug = "no-such-power"
    title = _("Aucun acte ne vous permet aujourd'hui de signer ce mandat au nom de cette personne.")


class ChoosePower(Conflict):
    """`choices` are the people in whose name the caller may act."""

    slug = "choose-power"
    title = _("Vous pouvez agir ici au nom de plusieurs personnes : dites laquelle.")


class TermPassed(Conflict):
    slug = "term-passed"
    title = _(
        "Le terme de ce mandat est passé : le laboratoire reprend la rédaction et choisit d'autres dates."
    )


class NotOver(Conflict):
    slug = "not-over"
    title = _(
        "Ce mandat n'est pas arrivé à son terme. Pour l'arrêter avant, interrompez-le en disant pourquoi."
    )


class ConsentNeeded(Invalid):
    slug = "consent-needed"
    title = _("Signer demande votre accord exprès : envoyez « consent » à true.")


class NotTheirManager(Forbidden):
    slug = "not-their-manager"
    title = _("L'allègement d'un agent est écrit par la personne qui libère ses demi-journées.")
