"""The OpenAPI document: what FastAPI derives, plus what every route shares."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.kit.idempotency import MAX_KEY_LENGTH
from app.kit.routing import OpenRoute, WorkRoute, problem_responses

_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details, in the language of `Accept-Language` (French or English).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:essaim:problem:move-refused"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "examples": [409]},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "request_id": {
            "type": "string",
            "format": "uuid",
            "description": "As in `X-Request-Id` and the logs.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "in", "code", "detail"],
                "properties": {
                    "field": {"type": "string", "examples": ["title"]},
                    "in": {"type": "string", "enum": ["body", "query", "path", "header"]},
                    "code": {"type": "string", "examples": ["missing"]},
                    "detail": {"type": "string"},
                },
            },
        },
        "state": {"type": "string", "description": "With a refused move: the present state."},
        "possible_moves": {
            "type": "array",
            "items": {"type": "string"},
            "description": "With a refused move: the verbs that are possible now.",
        },
    },
}

_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH, "pattern": "^[!-~]+$"},
    "description": "Any string of your own, new for each act. Sent again, the act is not done again and the first "
    "answer returns, with `Idempotent-Replayed: true`.",
    "example": "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e",
}


def _description(parameter: dict[str, Any]) -> str:
    """What a parameter that does not say so itself is for: its name is that of a field, in every room."""
    noun = parameter["name"].removesuffix("_id").replace("_", " ")
    if parameter["in"] == "path":
        return f"Which {noun}."
    if parameter["name"] == "sort":
        return "The order of the items: `-` for descending."
    if parameter["schema"].get("type") == "array":
        return f"Only those with this {noun}; repeat it for several."
    return f"Only those with this {noun}."


def openapi(app: FastAPI) -> dict[str, Any]:
    """The document, complete: problems as their media type, idempotency keys, bearer authentication."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            license_info=app.license_info,
            servers=[{"url": "/"}],
        )
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas["Problem"] = _PROBLEM
        for generated in ("HTTPValidationError", "ValidationError"):
            schemas.pop(generated, None)
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "client": {
                "type": "http",
                "scheme": "basic",
                "description": "A machine's id and secret, for its token.",
            },
        }
        document["security"] = [{"bearer": []}]
        invalid = problem_responses(422)[422]
        open_to_all = {route.unique_id for route in app.routes if isinstance(route, OpenRoute)}
        # What is no `WorkRoute` has a format of its own, and keeps nothing with a key.
        ours = {route.unique_id for route in app.routes if isinstance(route, WorkRoute)}
        for methods in document["paths"].values():
            for method, operation in methods.items():
                if operation["operationId"] in open_to_all:
                    operation["security"] = []
                for parameter in operation.get("parameters", []):
                    parameter.setdefault("description", _description(parameter))
                if method == "post" and operation["operationId"] in ours:
                    operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    operation["responses"]["422"] = invalid
        app.openapi_schema = document
    return app.openapi_schema
