"""How `/oauth/token` is told of in the OpenAPI document: a form in, OAuth's own answers out (RFC 6749, 5.1 and 5.2)."""

from typing import Any, Final

from app.clients.protocol import ASSERTION_TYPE
from app.signin.scopes import SCOPES

_FORM: Final = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {
            "type": "string",
            "description": "Fewer than the client has, separated by spaces. Left out: all of them.",
            "examples": [" ".join(list(SCOPES)[:2])],
        },
        "client_id": {"type": "string", "format": "uuid"},
        "client_secret": {
            "type": "string",
            "description": "With `client_id`, for `client_secret_post`. Better in `Authorization: Basic`.",
        },
        "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
        "client_assertion": {
            "type": "string",
            "description": "A JWT that the client has signed (RFC 7523), for `private_key_jwt`.",
        },
    },
}

_GIVEN: Final = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "In seconds.", "examples": [3600]},
        "scope": {"type": "string"},
    },
}

_ERRORS: Final = (
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "unsupported_grant_type",
    "temporarily_unavailable",
)
_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "enum": list(_ERRORS)},
        "error_description": {"type": "string", "description": "For whoever writes the client. In English."},
    },
}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: _answer("The token.", _GIVEN),
    400: _answer("The request is none, or asks for a scope that the client has not.", _ERROR),
    401: _answer("Who asks was not recognised; why is not said.", _ERROR),
    413: _answer("The body is too large.", _ERROR),
    429: _answer("Too many wrong tries, or too many tokens; `Retry-After` says when to come back.", _ERROR),
}

EXTRA: Final[dict[str, Any]] = {
    "security": [{}, {"client": []}],
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": _FORM}},
    },
}
