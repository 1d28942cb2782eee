"""JSON out: msgspec over plain rows, once. Instants as RFC 3339 in UTC with a Z, decimals as numbers in strings."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

encoder = msgspec.json.Encoder(decimal_format="string")


def to_json(value: Any) -> bytes:
    """UTF-8 JSON of plain data: dicts, lists, dates, aware instants, UUIDs, enumerations."""
    return encoder.encode(value)


def as_dicts(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Rows as dictionaries in column order."""
    if not rows:
        return []
    keys = tuple(rows[0]._fields)
    return [dict(zip(keys, row, strict=False)) for row in rows]


def from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(row)
