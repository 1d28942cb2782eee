"""Refusals about the papers of a mandate."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class SealUnavailable(Conflict):
    slug = "seal-unavailable"
    title = _(
        "Le cachet de la collectivité ne répond pas : rien n'a été enregistré. "
        "Réessayez dans un moment, puis prévenez la personne qui administre Essaim."
    )


class FileUnreadable(Invalid):
    slug = "file-unreadable"
    title = _("Ce fichier ne se laisse pas lire : envoyez le PDF du mandat tel que vous l'avez reçu.")


class NoTrustList(Conflict):
    slug = "no-trust-list"
    title = _(
        "La collectivité n'a pas dit quels certificats elle reconnaît : "
        "la personne qui administre Essaim indique ses autorités de confiance."
    )


class AnotherFile(Invalid):
    slug = "another-file"
    title = _(
        "Ce fichier ne commence pas par le texte à signer de ce mandat. "
        "Téléchargez-le d'ici, faites-le signer tel quel, puis rapportez-le."
    )


class SignaturesBroken(Invalid):
    slug = "signatures-broken"
    title = _(
        "Les signatures de ce fichier ne tiennent pas : il a été modifié, ou n'est pas signé jusqu'au bout."
    )


class NobodyProven(Invalid):
    slug = "nobody-proven"
    title = _(
        "Aucun certificat reconnu de ce fichier n'est celui d'une partie dont la signature est attendue."
    )


class WrongMapping(Invalid):
    slug = "wrong-mapping"
    title = _("Ce certificat n'est pas dans le fichier, ou cette partie n'attend pas de signature.")
