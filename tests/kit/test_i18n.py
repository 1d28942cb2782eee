"""Sentences that wait to know who reads them."""

from datetime import UTC, date, datetime

import pytest

from app.kit.i18n import Text, _, negotiate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("fr", "fr"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr-CA, en;q=0.9", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("fr;q=0.5, en;q=0.8", "en"),
        ("de, en;q=0.8, fr;q=0.5", "en"),
        ("de", "fr"),
        ("*", "fr"),
        ("en;q=0", "fr"),
        ("en; q=0.3 , fr; q=0.2", "en"),
        ("en, fr", "en"),
        ("en;q=high", "fr"),
        ("en;q=nan", "fr"),
        (";;;,,,q=1", "fr"),
        ("e" * 10_000, "fr"),
    ],
)
def test_negotiate(header: str | None, language: str) -> None:
    assert negotiate(header) == language


def test_a_sentence() -> None:
    sentence = _("Certains champs sont à corriger.")
    assert str(sentence) == "Certains champs sont à corriger."
    assert sentence.to("en") == "Some fields need correcting."


def test_without_a_translation_it_stays_french() -> None:
    assert Text("Une phrase que personne n'a traduite.").to("en") == "Une phrase que personne n'a traduite."
    assert Text("Bonjour.").to("de") == "Bonjour."


def test_values() -> None:
    sentence = _("{what}, le {day}").format(what="Signé")
    assert sentence.format(day=date(2026, 11, 26)).to("fr") == "Signé, le jeudi 26 novembre 2026"
    assert sentence.format(day=date(2026, 11, 26)).to("en") == "Signé, le Thursday, 26 November 2026"
    assert sentence.values == {"what": "Signé"}, "a sentence is never changed, only copied"


def test_an_instant() -> None:
    at = _("{at}").format(at=datetime(2026, 11, 26, 8, 30, tzinfo=UTC))
    assert at.to("fr").startswith("26 novembre 2026")
    assert at.to("en").startswith("26 November 2026")


def test_a_sentence_within_a_sentence() -> None:
    outer = _("Vu : {inner}").format(inner=_("Certains champs sont à corriger."))
    assert outer.to("fr") == "Vu : Certains champs sont à corriger."
    assert outer.to("en").endswith("Some fields need correcting.")


def test_a_list() -> None:
    sentence = _("Gestes possibles : {moves}.").format(moves=[_("Ouvrir"), "Fermer"])
    assert sentence.to("fr") == "Gestes possibles : Ouvrir, Fermer."


def test_braces_in_a_value_are_only_text() -> None:
    assert _("« {title} »").format(title="{0} {title} {").to("fr") == "« {0} {title} { »"


def test_braces_without_values_are_only_text() -> None:
    assert _("Écrivez {} ou {x}.").to("fr") == "Écrivez {} ou {x}."
