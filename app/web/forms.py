"""Forms as browsers send them, read into the same models as the API's bodies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from app.kit.application import field_error
from app.kit.i18n import Text, _
from app.kit.problems import Malformed, Problem, UnsupportedMediaType
from app.web.visits import FIELD

MEDIA_TYPE = "application/x-www-form-urlencoded"
WITH_FILE = "multipart/form-data"
MAX_FIELDS = 500
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Form(Generic[M]):
    """A form as it came: `value` where all of it could be read, else `errors` by field. `typed` is given back."""

    value: M | None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)

    def refused(self, problem: Problem) -> "Form[M]":
        """The same form, to be shown again with what a service said of it; under `""` what names no field."""
        errors = {error.field: error.detail for error in problem.errors} or {"": problem.detail}
        return Form(self.value, self.typed, errors)


async def receive(request: Request) -> dict[str, list[str]]:
    """The fields of the request's body. Raises `UnsupportedMediaType`, `Malformed`."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != MEDIA_TYPE:
        raise UnsupportedMediaType(_("Envoyez le formulaire de la page, sans fichier joint."))
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Malformed from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


async def receive_with_file(request: Request) -> tuple[dict[str, list[str]], bytes]:
    """The fields of the request's body and its one file; empty bytes where none was chosen.

    Raises `UnsupportedMediaType`, `Malformed`.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != WITH_FILE:
        raise UnsupportedMediaType(_("Envoyez le formulaire de la page, avec son fichier."))
    # Read whole first, so that a body too large is refused as such.
    await request.body()
    fields: dict[str, list[str]] = {}
    content = b""
    try:
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    fields.setdefault(name, []).append(value)
                else:
                    content = await value.read()
    except HTTPException as error:
        raise Malformed from error
    return fields, content


def read(request: Request, model: type[M]) -> Form[M]:
    """The form of a page's POST as a `model`. An empty field is one that was not filled."""
    fields = cast(dict[str, list[str]], request.state.form)
    given = {name: values for name, values in fields.items() if name != FIELD and any(values)}
    typed = {name: values[-1] for name, values in given.items()}
    try:
        return Form(model.model_validate(_shaped(given, model)), typed)
    except ValidationError as error:
        return Form(None, typed, _sentences(error.errors()))


def blank(model: type[M]) -> Form[M]:
    """A form that nobody has filled yet."""
    # `Form[M](…)` would set an attribute on a frozen class.
    empty: Form[M] = Form(None)
    return empty


def _shaped(given: Mapping[str, Sequence[str]], model: type[BaseModel]) -> dict[str, Any]:
    lists = {name for name, about in model.model_fields.items() if get_origin(about.annotation) is list}
    return {name: list(values) if name in lists else values[-1] for name, values in given.items()}


def _sentences(errors: Sequence[Any]) -> dict[str, Text]:
    found = [field_error({**error, "loc": ("body", *error["loc"])}) for error in errors]
    return {error.field: error.detail for error in reversed(found)}
