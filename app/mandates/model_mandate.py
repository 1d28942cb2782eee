"""The model mandate: the clauses that a draft begins with, and the words in braces that the mandate fills.

`model_mandate.toml` is written for lawyers to read. A clause's `text` is what is signed; `plain` explains it in easy
French and adds nothing. Mandatory clauses stay in every mandate. Each authority's own model mandate begins as this one
(`service.library`).
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from app.mandates.lifecycle import ClauseKind, PartyCapacity

PLACEHOLDERS: Final[Mapping[str, str]] = {
    "authority": "le nom de la collectivité",
    "team_name": "le nom de l'équipe, sans guillemets",
    "irritant_title": "le titre de l'irritant",
    "purpose": "la mission, en une phrase complète",
    "problem": "le problème tel qu'il est connu, en phrases complètes",
    "expected_result": "le résultat attendu, en phrases complètes",
    "how_known": "comment on le saura, en phrases complètes",
    "members": "les membres : nom et direction, séparés par des points-virgules",
    "managers": "les responsables qui libèrent les demi-journées, et de qui",
    "reliefs": "ce que chaque responsable retire du planning",
    "client_directorate": "la direction cliente",
    "sponsor": "le nom du sponsor",
    "guarantor": "le nom de la personne garante, au laboratoire",
    "starts_on": "le premier jour, en toutes lettres",
    "ends_on": "le dernier jour, en toutes lettres",
    "charter_title": "le titre du cadre en vigueur",
    "charter_adopted_on": "le jour d'adoption du cadre, en toutes lettres",
    "half_days": "le temps : « une demi-journée par semaine, le jeudi matin »",
    "budget": "l'enveloppe d'essai : « 800 € »",
    "means": "les moyens propres à la mission, en phrases complètes",
    "mandate_months": "la durée ordinaire d'un mandat, en mois",
    "cadence_weeks": "le nombre de semaines entre deux points de suivi",
    "make_good_days": "le délai pour rendre une demi-journée, en jours",
    "move_window_days": "le délai pour déplacer une demi-journée, en jours",
    "grace_days": "le délai après lequel un point est manqué, en jours",
    "answer_days": "le délai de réponse de la direction cliente, en jours",
    "renewal_notice_weeks": "le premier avertissement avant l'échéance, en semaines",
}
"""What a clause may leave in braces, and what comes there."""

_BRACES = re.compile(r"\{([a-z_]+)\}")


class ModelDeadline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`days` after the mandate's first day, `owner` has done `what`."""

    days: int
    owner: PartyCapacity
    what: str


class ModelClause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    kind: ClauseKind
    mandatory: bool
    title: str
    text: str
    plain: str
    deadline: ModelDeadline | None = None

    def columns(self) -> dict[str, Any]:
        """The clause as `MandateClause` and `MandateModelClause` hold it."""
        return {
            "key": self.key,
            "kind": self.kind,
            "mandatory": self.mandatory,
            "title": self.title,
            "text": self.text,
            "plain": self.plain,
            "deadline_days": self.deadline and self.deadline.days,
            "deadline_owner": self.deadline and self.deadline.owner,
            "deadline_what": self.deadline and self.deadline.what,
        }


class ModelMandate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    preamble: str
    clauses: tuple[ModelClause, ...]

    def clause(self, key: str) -> ModelClause | None:
        return next((clause for clause in self.clauses if clause.key == key), None)


@cache
def model() -> ModelMandate:
    """The model mandate, read and checked once."""
    content = Path(__file__).with_name("model_mandate.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(content), type=ModelMandate)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its placeholders filled, once: braces in a value stay as they are."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    """The words in braces that nothing fills, in order."""
    return [name for name in _BRACES.findall(text) if name not in PLACEHOLDERS]
