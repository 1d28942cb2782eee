"""The organisation tree that an export implies."""

from datetime import date

import pytest

from app.people.hr_file import read
from app.people.hr_tree import Node, node_code, tree
from tests.people.builders import EXPORT, export, line, small_town

TODAY = date(2026, 11, 24)
LEFT = {"Position administrative": "Radié", "Date de sortie": "01/03/2026"}


def tree_of(*lines: dict[str, str]) -> dict[str, Node]:
    return {node.code: node for node in tree(read(export(*lines)), TODAY)}


def test_the_real_export() -> None:
    rows = read(EXPORT.read_bytes())
    nodes = {node.code: node for node in tree(rows, TODAY)}
    directorates = [node for node in nodes.values() if "/" not in node.code]
    assert (len(directorates), len(nodes)) == (17, 64)
    assert all(node.head_hr_id for node in nodes.values())
    assert [node.code for node in directorates if node.parent is None] == ["DGS"]
    assert {node.parent for node in directorates if node.code != "DGS"} == {"DGS"}
    assert nodes["DGS"].head_hr_id == "00010007", "the one who reports to nobody"
    assert nodes["DEP"].head_hr_id == "00014677"
    assert nodes["DEP/proprete-urbaine"].head_hr_id == "00014682", "not the one with the largest crew"
    by_hr_id = {row.hr_id: row for row in rows}
    for node in directorates:
        assert by_hr_id[str(node.head_hr_id)].service == ""


def test_small_town() -> None:
    assert tree_of(*small_town()) == {
        "DEP": Node("DEP", "Direction des espaces publics", "DGS", "2"),
        "DGS": Node("DGS", "Direction générale des services", None, "1"),
        "DEP/espaces-verts": Node("DEP/espaces-verts", "Espaces verts", "DEP", "6"),
        "DEP/voirie": Node("DEP/voirie", "Voirie", "DEP", "3"),
    }


def test_order_of_lines_does_not_matter() -> None:
    assert tree_of(*small_town()) == tree_of(*reversed(small_town()))


def test_a_head_who_left_leaves_a_vacancy_and_the_tree_stands() -> None:
    town = [{**row, **LEFT} if row["Matricule"] in {"2", "3"} else row for row in small_town()]
    nodes = tree_of(*town)
    assert nodes["DEP"].head_hr_id is None
    assert nodes["DEP"].parent == "DGS"
    assert nodes["DEP/voirie"].head_hr_id is None
    assert nodes["DEP/espaces-verts"].head_hr_id == "6"


def test_a_successor_takes_over_once_people_report_to_them() -> None:
    town = [{**row, **LEFT} if row["Matricule"] == "3" else row for row in small_town()]
    successor = line("9", "2", Service="Voirie")
    assert tree_of(*town, successor)["DEP/voirie"].head_hr_id is None
    town = [{**row, "Matricule N+1": "9"} if row["Matricule"] == "4" else row for row in town]
    assert tree_of(*town, successor)["DEP/voirie"].head_hr_id == "9"


def test_an_assistant_without_people_is_no_head() -> None:
    assistant = line("0", "1")
    assert tree_of(*small_town(), assistant)["DEP"].head_hr_id == "2"


def test_a_service_run_from_its_directorate() -> None:
    people = [line(str(number), "2", Service="Fontaines") for number in (10, 11, 12)]
    assert tree_of(*small_town(), *people)["DEP/fontaines"].head_hr_id == "2"


def test_a_service_run_from_nowhere_in_particular() -> None:
    people = [line(str(number), manager, Service="Fontaines") for number, manager in ((10, "2"), (11, "3"))]
    assert tree_of(*small_town(), *people)["DEP/fontaines"].head_hr_id is None
    people = [line(str(number), "1", Service="Fontaines") for number in (10, 11, 12)]
    assert tree_of(*small_town(), *people)["DEP/fontaines"].head_hr_id is None, "that is another directorate"


def test_one_person_is_a_directorate_and_no_service() -> None:
    assert tree_of(line("1"))["DEP"].head_hr_id == "1"
    assert tree_of(line("1", Service="Voirie"))["DEP/voirie"].head_hr_id is None


def test_two_directorates_under_each_other_do_not_make_a_circle() -> None:
    dej = {"Code direction": "DEJ", "Direction": "Éducation"}
    nodes = tree_of(
        line("1", "12"), line("2"), line("3", "1"), line("4", "1"), line("11", "2", **dej), line("12", **dej),
        line("13", "11", **dej), line("14", "11", **dej),
    )  # fmt: skip
    assert nodes["DEJ"].parent == "DEP"
    assert nodes["DEP"].parent is None


def test_spellings_of_a_service_are_one_node_named_by_most() -> None:
    nodes = tree_of(
        *(line(str(n), Service=name) for n, name in enumerate(("État civil", "ETAT CIVIL", "État civil")))
    )
    assert nodes["DEP/etat-civil"].name == "État civil"
    assert len(nodes) == 2


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("", "DEP"),
        ("Voirie", "DEP/voirie"),
        ("Prévention & santé au travail", "DEP/prevention-sante-au-travail"),
        ("Œuvres d'art", "DEP/oeuvres-d-art"),
    ],
)
def test_codes(service: str, code: str) -> None:
    (row,) = read(export(line("1", Service=service)))
    assert node_code(row) == code


@pytest.mark.parametrize("service", ["Gestion " * 20 + "x", "Сервис"])
def test_codes_stay_short_and_distinct(service: str) -> None:
    one, other = read(export(line("1", Service=service), line("2", Service=f"{service[:-1]}y")))
    assert node_code(one) != node_code(other)
    assert len(node_code(one)) <= 64
