"""What an endpoint is called with, read from the request.

FastAPI does the same for any endpoint there may be, and finds out at each request what it has before it. The endpoints
of this house have few kinds of parameters, which stay as FastAPI documents and validates them: those of the path and of
the query, headers, one body, the request, and what `Depends` on the request alone.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, cast, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

Field: TypeAlias = Any
"""FastAPI's own view of a parameter, which it does not export."""

Find: TypeAlias = Callable[[Request, bytes], Any]
"""Finds a parameter's value, before it is checked, in a request with this body."""

_MISSING: Any = object()


class Arguments:
    """The parameters of one endpoint. Raises `TypeError` for those of another kind."""

    def __init__(self, dependant: Dependant) -> None:
        self._request_name = dependant.request_param_name
        self._given: list[tuple[str, Callable[[Request], Awaitable[Any]]]] = [
            (str(given.name), cast(Any, given.call)) for given in dependant.dependencies
        ]
        self._fields: list[tuple[tuple[str, ...], Field, Find]] = []
        for field in dependant.path_params:
            self._fields.append((("path", field.alias), field, _from_path(field.alias)))
        for field in dependant.header_params:
            self._fields.append((("header", field.alias), field, _from_headers(field.alias)))
        for field in dependant.query_params:
            model = _model(field.field_info.annotation)
            place, find = (
                (("query",), _all_from_query(model))
                if model
                else (("query", field.alias), _from_query(field))
            )
            self._fields.append((place, field, find))
        for field in dependant.body_params:
            self._fields.append((("body",), field, _from_body))
        plain = all(not given.dependencies and given.request_param_name for given in dependant.dependencies)
        if len(dependant.body_params) > 1 or dependant.cookie_params or not plain:
            raise TypeError(f"{dependant.call}: parameters of a kind that `kit.arguments` does not read")

    async def of(self, request: Request) -> dict[str, Any]:
        """The arguments by name. Raises `RequestValidationError` naming everything that is wrong."""
        values = {name: await give(request) for name, give in self._given}
        if self._request_name:
            values[self._request_name] = request
        body = await request.body()
        errors: list[Any] = []
        for loc, field, find in self._fields:
            found = find(request, body)
            if found is not _MISSING:
                values[field.name], wrong = field.validate(found, loc=loc)
                errors += wrong
            elif field.field_info.is_required():
                errors.append({"type": "missing", "loc": loc, "msg": "Field required", "input": None})
            else:
                values[field.name] = field.default
        if errors:
            raise RequestValidationError(errors)
        return values


def _from_path(name: str) -> Find:
    return lambda request, _body: request.path_params[name]


def _from_headers(name: str) -> Find:
    return lambda request, _body: request.headers.get(name, _MISSING)


def _from_query(field: Field) -> Find:
    if _holds_list(field.field_info.annotation):
        return lambda request, _body: request.query_params.getlist(field.alias) or _MISSING
    return lambda request, _body: request.query_params.get(field.alias, _MISSING)


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _all_from_query(model: type[BaseModel]) -> Find:
    lists = {
        field.alias or name for name, field in model.model_fields.items() if _holds_list(field.annotation)
    }

    def find(request: Request, _body: bytes) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in request.query_params.multi_items():
            if name in lists:
                found.setdefault(name, []).append(value)
            else:
                found[name] = value
        return found

    return find


def _holds_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(get_origin(part) is list for part in get_args(annotation))


def _from_body(_request: Request, body: bytes) -> Any:
    if not body:
        return _MISSING
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        wrong: Sequence[Any] = [{"type": "json_invalid", "loc": ("body",), "msg": str(error), "input": None}]
        raise RequestValidationError(wrong) from None
