"""Accounts: what the journal holds against one is told to whom it may be the account of, and to the lab."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.scenes import People, Scene


class Seen(Scene):
    """An account that asks for the place of another."""

    def agent(self) -> People:
        """Whose account is bound."""
        return [self.id_of("agent_id")]


IDENTITY: Table = {
    "identity_binding.contested": Telltale(Seen, [
        Telling([Seen.lab], _("Un compte professionnel est contesté"),
                _("Une connexion au nom de {person} a été refusée : son compte ne s'accorde pas avec celui qui est lié "
                  "à sa fiche. Demandez-lui si c'était bien elle ou lui ; si oui, l'administration de la plateforme "
                  "délie l'ancien compte."),
                names=Seen.agent),
        Telling([Seen.agent], _("Une connexion à votre nom a été refusée"),
                _("Le compte professionnel présenté ne s'accorde pas avec celui qui est lié à votre fiche. Si ce "
                  "n'était pas vous, prévenez le laboratoire.")),
    ]),
}  # fmt: skip
