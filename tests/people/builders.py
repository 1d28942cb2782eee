"""HR exports written line by line; absences, delegations of signature and interims recorded through the API."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from app.kit import clock
from app.people.hr_cells import COLUMNS
from tests.support.world import World

EXPORT = Path(__file__).resolve().parents[2] / "examples" / "hr-export.csv"

_SOMEBODY = {
    "Civilité": "Mme",
    "Nom": "Durand",
    "Prénom": "Élise",
    "Code direction": "DEP",
    "Direction": "Direction des espaces publics",
    "Grade": "Rédacteur",
    "Catégorie": "B",
    "Quotité": "100,00",
    "Date d'entrée": "01/09/2010",
    "Position administrative": "Activité",
}


def line(hr_id: str, manager: str = "", **cells: str) -> dict[str, str]:
    """An agent of the roads directorate; `cells` by column: `line("1", Quotité="80,00")`."""
    return {**_SOMEBODY, "Matricule": hr_id, "Matricule N+1": manager, **cells}


def export(
    *lines: dict[str, str],
    columns: tuple[str, ...] = COLUMNS,
    delimiter: str = ";",
    newline: str = "\r\n",
    encoding: str = "utf-8-sig",
) -> bytes:
    """The bytes of an export of these lines, as the HR system writes it."""
    rows = [
        delimiter.join(columns),
        *(delimiter.join(row.get(name, "") for name in columns) for row in lines),
    ]
    return (newline.join(rows) + newline).encode(encoding)


def small_town() -> list[dict[str, str]]:
    """A general director, a directorate of two services, eight people; managers come after those they manage."""
    roads = {"Service": "Voirie"}
    green = {"Service": "Espaces verts"}
    general = {"Code direction": "DGS", "Direction": "Direction générale des services"}
    return [
        line("8", "6", **green),
        line("4", "3", **roads),
        line("5", "3", **roads, Quotité="80,00"),
        line("3", "2", **roads),
        line("7", "6", **green),
        line("6", "2", **green),
        line("2", "1"),
        line("1", **general),
    ]


def away(world: World, by: str, first_day: str, last_day: str | None = None, **fields: Any) -> dict[str, Any]:
    """An absence that somebody declares for themself."""
    person = world.people[by]
    body = {"first_day": first_day, "last_day": last_day or first_day, **fields}
    made: dict[str, Any] = person.post(f"/agents/{person.id}/absences", body, expect=201)
    return made


def delegation(world: World, by: str = "hr", *, expect: int = 201, **fields: Any) -> Any:
    """A delegation of signature over all mandates, from the general director to `david`, in force since yesterday."""
    day = clock.today(world.authority.time_zone) - timedelta(days=1)
    body = {
        "giver_id": world.dgs.id,
        "holder_id": world.david.id,
        "holder_function": "deputy_general_director",
        "act_reference": "arrêté 2026-114",
        "field": "mandates",
        "field_text": "Les mandats d'équipe et leurs avenants.",
        "published_on": day.isoformat(),
        "notified_on": day.isoformat(),
        "transmitted_on": day.isoformat(),
        "starts_on": day.isoformat(),
        "term_ends_on": (day + timedelta(days=900)).isoformat(),
        **fields,
    }
    return world.people[by].post("/delegations", body, expect=expect)


def interim(world: World, by: str = "hr", *, expect: int = 201, **fields: Any) -> Any:
    """`david` replaces the head of public spaces, from yesterday for thirty days."""
    day = clock.today(world.authority.time_zone) - timedelta(days=1)
    body = {
        "absent_id": world.head_dep.id,
        "holder_id": world.david.id,
        "act_reference": "décision 2026-27",
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=30)).isoformat(),
        **fields,
    }
    return world.people[by].post("/interims", body, expect=expect)
