"""Refusals of this room. Those of a sign-in say what to do next."""

from collections.abc import Iterable
from typing import ClassVar

from app.kit.i18n import Text, _
from app.kit.problems import Conflict, FieldError, Forbidden, Invalid, Problem


class ProviderKnown(Conflict):
    slug = "provider-known"
    title = _("Ce fournisseur d'identité est déjà réglé pour votre collectivité : modifiez-le.")


class ProviderRefused(Invalid):
    slug = "provider-refused"
    title = _("Ce fournisseur d'identité ne peut pas être réglé ainsi.")


class AdministratorsLeftOutside(Invalid):
    slug = "administrators-left-outside"
    title = _(
        "Avec ce réglage, plus personne de l'administration de la plateforme ne pourrait entrer. Laissez ouverte une "
        "porte que l'administration peut prendre ; la ligne de commande du serveur reste un recours : essaim authority "
        "doors."
    )

    @classmethod
    def about(cls, fields: Iterable[str]) -> "AdministratorsLeftOutside":
        """This refusal, of what these fields of the body say."""
        return cls(errors=[FieldError(field, cls.title) for field in fields])


class ProviderAway(Problem):
    """The provider does not answer, or answers what nobody can use; or the operator has not given its secret."""

    slug = "provider-away"
    status = 503
    title = _(
        "Le service qui vérifie votre compte professionnel ne répond pas. Réessayez dans quelques minutes, ou entrez "
        "avec un lien reçu par courriel ou un code imprimé."
    )

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "30"})


class SignInRefused(Forbidden):
    """Somebody comes back from a provider and is not let in. `reason` is what the journal says."""

    slug = "sign-in-refused"
    title = _("Vous n'êtes pas connecté.")
    reason: ClassVar[str] = "refused"


class SignInGivenUp(SignInRefused):
    slug = "sign-in-given-up"
    title = _("Vous n'êtes pas connecté : la connexion a été abandonnée. Recommencez quand vous voulez.")
    reason = "given_up"


class SignInStale(SignInRefused):
    slug = "sign-in-stale"
    status = 400
    title = _(
        "Cette connexion a expiré, a déjà servi, ou a commencé dans un autre navigateur. Recommencez depuis la page de "
        "connexion."
    )
    reason = "stale"


class AnswerUnverified(SignInRefused):
    slug = "answer-unverified"
    title = _(
        "La réponse du service de connexion n'a pas pu être vérifiée : vous n'êtes pas connecté. Recommencez ; si cela "
        "se reproduit, prévenez le laboratoire."
    )
    reason = "unverified"


class LevelTooLow(SignInRefused):
    slug = "level-too-low"
    title = _(
        "Votre collectivité demande une connexion plus sûre, avec un second facteur. Activez-le sur votre compte "
        "professionnel, puis recommencez."
    )
    reason = "level_too_low"


class OtherOrganisation(SignInRefused):
    slug = "other-organisation"
    title = _(
        "Ce compte professionnel est celui d'une autre organisation. Déconnectez-vous de ce compte, puis choisissez "
        "celui de votre collectivité."
    )
    reason = "other_organisation"


class NobodyKnown(SignInRefused):
    slug = "nobody-known"
    title = _(
        "Votre compte est valable, mais aucun agent en poste ne lui correspond. Demandez aux ressources humaines de "
        "vérifier votre adresse électronique et votre matricule, ou entrez avec un code imprimé."
    )
    reason = "nobody_known"


class HasLeft(SignInRefused):
    slug = "has-left"
    title = _(
        "Vous ne figurez plus parmi les agents en poste. S'il s'agit d'une erreur, prévenez les ressources humaines."
    )
    reason = "has_left"


class BoundElsewhere(SignInRefused):
    """Another account of the provider is already bound to the agent that this one would be."""

    slug = "bound-elsewhere"
    title = _(
        "Un autre compte professionnel est déjà lié à votre fiche d'agent. Entrez avec ce compte, ou demandez à "
        "l'administration de la plateforme de délier l'ancien. Le laboratoire en est averti."
    )
    reason = "bound_elsewhere"


class MatchChanged(SignInRefused):
    """The account is bound to an agent; by the rule, it would now be another's."""

    slug = "match-changed"
    title = _(
        "Ce compte professionnel est lié à un agent, et correspond maintenant à un autre : il n'ouvre donc rien. "
        "Le laboratoire en est averti ; demandez à l'administration de la plateforme de délier le compte."
    )
    reason = "match_changed"


class SomebodyElse(SignInRefused):
    slug = "somebody-else"
    title = _("Confirmez votre identité avec votre propre compte : celui-ci est à une autre personne.")
    reason = "somebody_else"


class NotFresh(SignInRefused):
    slug = "not-fresh"
    title = _(
        "Le service de connexion n'a pas confirmé que vous venez de vous identifier. Déconnectez-vous de votre compte "
        "professionnel, puis recommencez."
    )
    reason = "not_fresh"


class DoorClosed(SignInRefused):
    """The account is an agent's, to whom this door is closed (`openid.admission`)."""

    slug = "door-closed"
    title = _(
        "Votre compte est bien reconnu, mais cette porte ne s'ouvre pas à qui porte une charge (laboratoire, "
        "ressources humaines, élu·e, administration…). Entrez avec le compte professionnel que votre "
        "collectivité demande."
    )
    reason = "door_closed"
