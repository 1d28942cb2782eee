"""Refusals of this room: of its API, then of `/oauth/token`, which speaks OAuth's own language."""

from collections.abc import Mapping

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid, NotFound


class ClientRefused(Invalid):
    slug = "client-refused"
    title = _("Cette application connectée ne peut pas être réglée ainsi.")


class ClientClosed(Conflict):
    slug = "client-closed"
    title = _("Cette application connectée est fermée : créez-en une autre.")


class TwoSecretsValid(Conflict):
    slug = "two-secrets-valid"
    title = _("Deux secrets sont déjà valables : révoquez-en un, puis recommencez.")


class SecretOver(Conflict):
    slug = "secret-over"
    title = _("Ce secret n'est déjà plus valable.")


class NoSuchClient(NotFound):
    slug = "no-such-client"
    title = _("Aucune application connectée ne porte ce nom.")


class OAuthError(Exception):
    """A refusal of the token endpoint. `error` is a code of RFC 6749, section 5.2; the sentence is for a log."""

    def __init__(
        self, error: str, description: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})


class InvalidClient(OAuthError):
    """Whatever is wrong with who calls: an unknown client and a wrong secret are told apart by nobody."""

    def __init__(self) -> None:
        super().__init__(
            "invalid_client",
            "Unknown client, or a secret or assertion that does not hold.",
            status=401,
            headers={"WWW-Authenticate": 'Basic realm="essaim", charset="UTF-8"'},
        )
