"""What an HR export may look like, and every way in which it may be wrong."""

from datetime import date
from decimal import Decimal

import pytest

from app.people.hr_cells import COLUMNS
from app.people.hr_file import MAX_BYTES, read
from app.people.models import Position
from app.people.problems import HrFileRefused
from tests.people.builders import EXPORT, export, line, small_town


def errors_of(data: bytes) -> list[tuple[int, str | None]]:
    with pytest.raises(HrFileRefused) as refused:
        read(data)
    return [(error.line, error.column) for error in refused.value.lines]


def reason_of(data: bytes) -> str:
    with pytest.raises(HrFileRefused) as refused:
        read(data)
    return str(refused.value.lines[0].sentence)


def test_the_real_export() -> None:
    rows = {row.hr_id: row for row in read(EXPORT.read_bytes())}
    assert len(rows) == 2384
    assert sum(row.email is None for row in rows.values()) == 1540
    assert len({row.directorate_code for row in rows.values()}) == 17
    first = rows["00011568"]
    assert (first.line, first.given_name, first.service) == (2, "Sébastien", "Périscolaire")
    assert first.working_percentage == Decimal(100)
    assert first.entered_on == date(2022, 12, 6)
    assert first.manager_hr_id == "00011332"
    leavers = [row for row in rows.values() if row.position is Position.LEFT]
    assert len(leavers) == 68
    assert all(row.left_on for row in leavers)


class TestTolerated:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
    @pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
    def test_encoding_delimiter_and_line_ending(self, encoding: str, delimiter: str, newline: str) -> None:
        decimal = {"Quotité": "80.00"} if delimiter == "," else {"Quotité": "80,00"}
        data = export(line("1", **decimal), delimiter=delimiter, newline=newline, encoding=encoding)
        (row,) = read(data)
        assert (row.given_name, row.working_percentage) == ("Élise", Decimal(80))

    def test_order_of_columns(self) -> None:
        (row,) = read(export(line("1"), columns=tuple(reversed(COLUMNS))))
        assert row.hr_id == "1"

    def test_case_and_accents_of_titles(self) -> None:
        data = export(line("1"), encoding="utf-8")
        title, rest = data.split(b"\r\n", 1)
        plain = "MATRICULE;CIVILITE;nom;PRENOM; Courriel  Professionnel ;telephone;CODE DIRECTION;direction;SERVICE;"
        plain += "GRADE;categorie;QUOTITE;date d’entree;DATE DE SORTIE;matricule n+1;position ADMINISTRATIVE"
        assert title
        assert len(read(plain.encode() + b"\r\n" + rest)) == 1

    def test_blank_lines_and_an_empty_last_column(self) -> None:
        data = export(line("1"), line("2", "1"), encoding="utf-8").replace(b"\r\n", b";\r\n")
        rows = read(data.replace(b"\r\n", b"\r\n\r\n;;;\r\n"))
        assert [(row.hr_id, row.line) for row in rows] == [("1", 4), ("2", 7)]

    def test_quotes(self) -> None:
        (row,) = read(export(line("1", Nom='"DURAND; dit ""le Grand"""')))
        assert row.family_name == 'DURAND; dit "le Grand"'

    def test_spaces(self) -> None:
        (row,) = read(export(line(" 1 ", Nom="  DA \u00a0 COSTA ", Quotité=" 80 % ")))
        assert (row.hr_id, row.family_name, row.working_percentage) == ("1", "DA COSTA", Decimal(80))

    def test_emails_are_lower_cased(self) -> None:
        (row,) = read(export(line("1", **{"Courriel professionnel": "Elise.Durand@Ville.TEST"})))
        assert row.email == "elise.durand@ville.test"

    def test_dates_in_iso(self) -> None:
        (row,) = read(export(line("1", **{"Date d'entrée": "2010-09-01"})))
        assert row.entered_on == date(2010, 9, 1)

    def test_homonyms(self) -> None:
        assert len(read(export(line("1"), line("2", "1")))) == 2

    @pytest.mark.parametrize(
        ("text", "position"),
        [
            ("Activité", Position.ACTIVE),
            ("DETACHEMENT", Position.SECONDMENT),
            ("disponibilité", Position.AVAILABILITY),
            ("Congé parental", Position.PARENTAL_LEAVE),
        ],
    )
    def test_positions(self, text: str, position: Position) -> None:
        (row,) = read(export(line("1", **{"Position administrative": text})))
        assert row.position is position

    def test_leaver(self) -> None:
        (row,) = read(
            export(line("1", **{"Position administrative": "Radié", "Date de sortie": "24/04/2026"}))
        )
        assert row.left_on == date(2026, 4, 24)
        assert row.in_post(date(2026, 4, 24))
        assert not row.in_post(date(2026, 4, 25))


class TestOneCell:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("Matricule", ""),
            ("Matricule", "0" * 33),
            ("Nom", " "),
            ("Prénom", "x" * 101),
            ("Courriel professionnel", "elise.durand"),
            ("Courriel professionnel", "élise@ville.test"),
            ("Courriel professionnel", "elise@ville"),
            ("Courriel professionnel", "e d@ville.test"),
            ("Téléphone", "0" * 33),
            ("Code direction", ""),
            ("Code direction", "DEP/nord"),
            ("Direction", ""),
            ("Quotité", ""),
            ("Quotité", "0"),
            ("Quotité", "0,00"),
            ("Quotité", "101"),
            ("Quotité", "100,01"),
            ("Quotité", "-80"),
            ("Quotité", "abc"),
            ("Quotité", "80,123"),
            ("Quotité", "٨٠"),
            ("Date d'entrée", "31/02/2010"),
            ("Date d'entrée", "2010"),
            ("Date d'entrée", "1/9/10"),
            ("Date d'entrée", "30/06/0991"),
            ("Date d'entrée", "hier"),
            ("Date de sortie", "01/09/2009"),
            ("Date de sortie", "00/09/2020"),
            ("Position administrative", ""),
            ("Position administrative", "En mission"),
            ("Nom", '"Durand\r\nMartin"'),
            ("Nom", "Du\x00rand"),
            ("Grade", "Ré\x07dacteur"),
        ],
    )
    def test_is_wrong(self, column: str, value: str) -> None:
        data = export(line("9"), line("1", **{column: value}))
        assert errors_of(data) == [(3, column)]

    def test_leaver_without_a_date(self) -> None:
        assert errors_of(export(line("1", **{"Position administrative": "Radié"}))) == [(2, "Date de sortie")]

    def test_lines_after_a_cell_of_two_lines_keep_their_number(self) -> None:
        data = export(line("1", Nom='"Du\r\nrand"'), line("2", Quotité="0"))
        assert errors_of(data) == [(2, "Nom"), (4, "Quotité")]

    def test_reasons_are_sentences(self) -> None:
        assert reason_of(export(line("1", **{"Date d'entrée": "31/02/2010"}))) == (
            "ligne 2, colonne Date d'entrée : Le 31/02/2010 n'existe dans aucun calendrier."
        )
        assert reason_of(export(line("1", Quotité="101"))).startswith("ligne 2, colonne Quotité : « 101 »")


class TestLinesTogether:
    def test_hr_id_twice(self) -> None:
        assert errors_of(export(line("1"), line("2", "1"), line("1"))) == [(4, "Matricule")]

    def test_email_twice_whatever_its_case(self) -> None:
        email = "Courriel professionnel"
        data = export(line("1", **{email: "a@b.fr"}), line("2", **{email: "A@B.FR"}))
        assert errors_of(data) == [(3, email)]

    def test_unknown_manager(self) -> None:
        assert errors_of(export(line("1", "7"))) == [(2, "Matricule N+1")]
        assert "7" in reason_of(export(line("1", "7")))

    def test_own_manager(self) -> None:
        assert errors_of(export(line("1", "1"))) == [(2, "Matricule N+1")]

    def test_circle_of_managers_is_told_once(self) -> None:
        data = export(line("5", "1"), line("1", "2"), line("2", "3"), line("3", "1"), line("4", "3"))
        assert errors_of(data) == [(3, "Matricule N+1")]
        assert "1, 2, 3" in reason_of(data)

    def test_a_wrong_line_hides_nothing_and_accuses_nobody(self) -> None:
        data = export(line("1", Quotité="0"), line("2", "1"), line("3", "7", Quotité="x"), line("1"))
        assert errors_of(data) == [
            (2, "Quotité"),
            (4, "Quotité"),
            (4, "Matricule N+1"),
            (5, "Matricule"),
        ]

    def test_wrong_number_of_cells(self) -> None:
        data = export(line("1"), line("2", "1"), line("3", "2")) + b"4;M.\r\n"
        assert errors_of(data) == [(5, None)]
        short = data.replace(b"\r\n2;", b"\r\n2;;")
        assert errors_of(short) == [(3, None), (5, None)], (
            "agent 3 reports to 2, whose line could not be read"
        )

    def test_two_hundred_are_shown_and_all_are_counted(self) -> None:
        with pytest.raises(HrFileRefused) as refused:
            read(export(*(line(str(number), Quotité="0") for number in range(300))))
        assert (len(refused.value.lines), refused.value.total) == (200, 300)
        assert refused.value.lines[0].line == 2


class TestWholeFile:
    @pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"   "])
    def test_empty(self, data: bytes) -> None:
        assert "vide" in reason_of(data)

    def test_titles_alone(self) -> None:
        assert "aucun agent" in reason_of(export())

    @pytest.mark.parametrize("data", [b"\x00" * 500, b"%PDF-1.7 \xff\xfe\x00", b"Nom;", b"a,b,c\r\n1,2,3"])
    def test_something_else(self, data: bytes) -> None:
        assert errors_of(data)

    @pytest.mark.parametrize("column", COLUMNS)
    def test_missing_column(self, column: str) -> None:
        columns = tuple(name for name in COLUMNS if name != column)
        assert errors_of(export(line("1"), columns=columns)) == [(1, column)]

    def test_unknown_column_does_not_hide_the_rest(self) -> None:
        data = export(line("1", Quotité="0"), columns=(*COLUMNS, "Salaire"))
        assert errors_of(data) == [(1, "Salaire"), (2, "Quotité")]

    def test_column_twice(self) -> None:
        assert errors_of(export(line("1"), columns=(*COLUMNS, "Nom"))) == [(1, "Nom")]

    def test_quote_never_closed(self) -> None:
        data = export(line("1"), line("2", Nom='"Durand'), line("3"))
        assert errors_of(data)[0][0] == 3
        endless = export(line("1", Nom='"Durand'), *(line(str(number)) for number in range(2, 3000)))
        assert errors_of(endless) == [(2, None)]

    def test_damaged_utf_8_is_not_taken_for_windows_1252(self) -> None:
        data = export(line("1"), line("2", Nom="Lefèvre")).replace("è".encode(), b"\xe8")
        assert errors_of(data) == [(3, None)]
        assert "illisible" in reason_of(data)

    def test_undefined_byte(self) -> None:
        data = export(line("1"), line("2"), encoding="cp1252").replace(b"\r\n2;", b"\r\n\x812;")
        assert errors_of(data) == [(3, None)]

    def test_odd_utf_16(self) -> None:
        assert errors_of(export(line("1"), encoding="utf-16")[:-1]) == [(1, None)]

    def test_huge(self) -> None:
        assert "Mo" in reason_of(b"x" * (MAX_BYTES + 1))

    def test_progress_is_told(self) -> None:
        told: list[tuple[int, int]] = []
        read(EXPORT.read_bytes(), lambda _step, done, total: told.append((done, total)))
        assert told == [(500, 2385), (1000, 2385), (1500, 2385), (2000, 2385)]


def test_small_town_can_be_read() -> None:
    assert len(read(export(*small_town()))) == 8
