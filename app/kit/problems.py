"""Refusals, as RFC 9457 problem details. One class per refusal, with a sentence a person can act on.

Problem
├── Unauthenticated          401
├── Forbidden                403
├── NotFound                 404
├── Conflict                 409   (rooms derive theirs: "already voted", "double booking" …)
│   └── MoveRefused          409   names the moves that are possible
├── PreconditionFailed       412
├── PreconditionRequired     428
├── BodyTooLarge             413
├── UnsupportedMediaType     415
├── NotAcceptable            406
├── Invalid                  422   names the fields in `errors`
│   └── IdempotencyKeyReused 422
└── Malformed                400
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.kit.i18n import Text, _

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `field` is a dotted path; `where` is body, query, path or header."""

    field: str
    detail: Text
    code: str = "invalid"
    where: str = "body"


class Problem(Exception):
    """A refusal. Subclasses fix `slug` (stable, the end of the problem's `type`), `status` and `title`."""

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[Text]

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions
        super().__init__(str(self.detail))

    @classmethod
    def on(cls, field: str, detail: Text, **extensions: Any) -> "Problem":
        """This refusal, about one field of the body."""
        return cls(detail, errors=[FieldError(field, detail)], **extensions)

    def document(self, language: str, instance: str | None = None) -> dict[str, Any]:
        """The problem document in `language`; extensions stand beside the standard members."""
        document: dict[str, Any] = {
            "type": f"urn:essaim:problem:{self.slug}",
            "title": self.title.to(language),
            "status": self.status,
            "detail": self.detail.to(language),
        }
        if instance:
            document["instance"] = instance
        if self.errors:
            document["errors"] = [
                {
                    "field": error.field.encode("utf-8", "replace").decode(),
                    "in": error.where,
                    "code": error.code,
                    "detail": error.detail.to(language),
                }
                for error in self.errors
            ]
        return document | self.extensions


class Malformed(Problem):
    slug = "malformed"
    status = 400
    title = _("La requête ne peut pas être lue.")


class Unauthenticated(Problem):
    slug = "unauthenticated"
    status = 401
    title = _("Présentez un jeton valide : en-tête Authorization, schéma Bearer.")

    def __init__(self, detail: Text | None = None, **extensions: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="essaim"'}, **extensions)


class Forbidden(Problem):
    slug = "forbidden"
    status = 403
    title = _("Ce geste ne vous est pas ouvert.")


class NotFound(Problem):
    slug = "not-found"
    status = 404
    title = _("Rien ne se trouve à cette adresse, ou rien que vous puissiez voir.")


class MethodNotAllowed(Problem):
    slug = "method-not-allowed"
    status = 405
    title = _("Cette adresse ne connaît pas cette méthode.")


class NotAcceptable(Problem):
    slug = "not-acceptable"
    status = 406
    title = _("Aucun des formats demandés n'est proposé ici.")


class Conflict(Problem):
    slug = "conflict"
    status = 409
    title = _("L'état présent ne permet pas ce geste.")


class MoveRefused(Conflict):
    """A life cycle forbids the move; `possible_moves` lists the verbs that it allows now."""

    slug = "move-refused"
    title = _("Ce geste n'est pas possible dans l'état présent.")


class PreconditionFailed(Problem):
    slug = "precondition-failed"
    status = 412
    title = _("Quelqu'un a modifié cet objet depuis votre lecture : relisez-le, puis recommencez.")


class PreconditionRequired(Problem):
    slug = "precondition-required"
    status = 428
    title = _("Dites quelle version vous modifiez : reprenez l'ETag de votre lecture dans If-Match.")


class BodyTooLarge(Problem):
    slug = "body-too-large"
    status = 413
    title = _("Le contenu envoyé est trop volumineux.")


class UnsupportedMediaType(Problem):
    slug = "unsupported-media-type"
    status = 415
    title = _("Envoyez du JSON : Content-Type: application/json.")


class Invalid(Problem):
    slug = "invalid"
    status = 422
    title = _("Certains champs sont à corriger.")


class IdempotencyKeyReused(Invalid):
    slug = "idempotency-key-reused"
    title = _("Cette clé d'idempotence a déjà servi à une autre requête : prenez-en une nouvelle.")


class Unexpected(Problem):
    """What a client sees of a fault of ours: nothing but the request's id, which the logs carry too."""

    slug = "unexpected"
    status = 500
    title = _("Une erreur est survenue de notre côté. Donnez ce numéro de requête à votre administrateur.")
