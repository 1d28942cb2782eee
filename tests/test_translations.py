"""Every sentence that the code marks has its English."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.kit.i18n import LOCALES

APP = Path(__file__).resolve().parent.parent / "app"

SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]


def marked() -> set[str]:
    found = extract_from_dir(str(APP), method_map=SOURCES, keywords={"_": None})
    return {str(message) for _file, _line, message, _comments, _context in found}


def translated() -> dict[str, str]:
    with (LOCALES / "en.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_every_sentence_has_its_english() -> None:
    english = translated()
    assert sorted(sentence for sentence in marked() if not english.get(sentence)) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(translated().keys() - marked()) == []


def test_placeholders_are_the_same() -> None:
    fields = re.compile(r"\{(\w+)\}")
    for french, english in translated().items():
        assert set(fields.findall(french)) == set(fields.findall(english)), french
