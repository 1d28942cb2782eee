"""The table itself: what happened → who is told → in which words."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

import pytest

import app.main
from app.journal.events import Event
from app.kit.i18n import Text, _
from app.notices.notices import TABLE
from app.notices.notices.telling import Telling
from app.notices.wording import SOMEBODY, pack, render, unpack

__all__ = ["app"]


def event_types(kind: type[Event] = Event) -> Iterator[str]:
    for child in kind.__subclasses__():
        if "type" in vars(child):
            yield child.type
        yield from event_types(child)


ROWS = [(kind, telling) for kind, row in TABLE.items() for telling in row.tellings]


def test_every_type_exists() -> None:
    assert set(TABLE) <= set(event_types())


def fields(sentence: Text) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence.msgid))


@pytest.mark.parametrize(
    ("kind", "telling"), ROWS, ids=[f"{kind}-{number}" for number, (kind, _telling) in enumerate(ROWS)]
)
class TestSentences:
    def test_a_title_is_a_line(self, kind: str, telling: Telling) -> None:
        assert "\n" not in telling.title.msgid
        assert not telling.title.msgid.endswith((".", "!"))
        assert len(telling.title.msgid) <= 90

    def test_a_body_is_said_to_its_end(self, kind: str, telling: Telling) -> None:
        assert telling.body.msgid.endswith((".", "}"))
        assert "!" not in telling.body.msgid

    def test_somebody_is_named_where_the_row_says_whom(self, kind: str, telling: Telling) -> None:
        named = "person" in fields(telling.title) | fields(telling.body)
        assert named == (telling.names is not None)

    def test_values_are_not_filled_yet(self, kind: str, telling: Telling) -> None:
        assert telling.title.values == telling.body.values == {}


class TestWording:
    FACTS: ClassVar[dict[str, Any]] = {
        "title": "Le portail",
        "day": date(2026, 11, 26),
        "half": _("matin"),
        "number": 3,
    }

    def test_round_trip(self) -> None:
        assert unpack(pack(self.FACTS)) == self.FACTS

    def test_a_sentence_within_a_sentence(self) -> None:
        facts = {"inner": _("vu {day}").format(day=date(2026, 11, 26))}
        assert render("On l'a {inner}", pack(facts), None, "fr") == "On l'a vu jeudi 26 novembre 2026"

    def test_rendered_in_the_readers_language(self) -> None:
        sentence = "« {title} », le {day} ({half}), n° {number}, par {person}"
        packed = pack(self.FACTS)
        assert render(sentence, packed, "Léa", "fr") == (
            "« Le portail », le jeudi 26 novembre 2026 (matin), n° 3, par Léa"
        )
        assert "Thursday, 26 November 2026" in render(sentence, packed, None, "en")

    def test_without_a_name(self) -> None:
        assert render("{person} est là", {}, None, "fr") == f"{SOMEBODY} est là"

    def test_what_people_write_is_only_text(self) -> None:
        packed = pack({"reason": "{person} {0} {"})
        assert render("Raison : {reason}", packed, "Léa", "fr") == "Raison : {person} {0} {"

    @pytest.mark.parametrize("value", [None, 1.5, b"x", ["a"], object()])
    def test_what_cannot_be_told_is_refused_at_once(self, value: object) -> None:
        with pytest.raises(TypeError):
            pack({"value": value})
