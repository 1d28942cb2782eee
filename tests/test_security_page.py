"""`docs/security.md`: every requirement of OWASP ASVS 5.0.0 at levels 1 and 2, once, and nothing that is not there."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
REQUIREMENTS = Path(__file__).with_name("asvs_5_0_0.txt").read_text().split()
"""Their ids alone. The standard is OWASP's, under CC BY-SA 4.0."""

VERDICTS = ("met", "n.a.", "not met")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", PAGE)))
LINKED = sorted(set(re.findall(r"\]\(([^)#:]+)\)", PAGE)))
FOLDERS = ("app/", "bench/", "docs/", "migrations/", "openapi/", "scripts/", "tests/")
LOOKS_LIKE_A_FILE = re.compile(r"[\w./-]+\.(py|md|txt|toml|yaml|json|lock|html)|Dockerfile|\.dockerignore")
FILES = [
    name for name in QUOTED if "::" in name or name.startswith(FOLDERS) or LOOKS_LIKE_A_FILE.fullmatch(name)
]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The tests of a file: `test_x`, `TestY::test_x`."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.append(node.name)
        if isinstance(node, ast.ClassDef):
            found += [
                f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
            ]
    return frozenset(found)


def test_every_requirement_has_one_row_in_order() -> None:
    assert len(REQUIREMENTS) == len(set(REQUIREMENTS)) == 253
    assert [row[0] for row in ROWS] == REQUIREMENTS


def test_every_row_has_a_verdict_and_says_why() -> None:
    assert [row for row in ROWS if row[2] not in VERDICTS] == []
    assert [row for row in ROWS if len(row[1]) < 5 or len(row[3]) < 3] == []
    assert len(re.findall(r"^\| V\d+\.", PAGE, re.MULTILINE)) == len(ROWS), "a row that cannot be read"


def test_what_is_met_is_shown() -> None:
    """By a test, a file, a page, or a part of this one."""
    shown = re.compile(
        r"`(app|openapi|tests)/|`[\w.-]+\.(yaml|lock)`|`Dockerfile`|`pyproject\.toml`|\]\(\w|below"
    )
    assert [row[0] for row in ROWS if row[2] == "met" and not shown.search(row[3])] == []


def test_the_summary_counts_the_rows() -> None:
    titles = re.findall(r"^## (V\d+) ", PAGE, re.MULTILINE)
    counted = Counter((row[0].partition(".")[0], row[2]) for row in ROWS)
    said = re.findall(r"^\| (V\d+) [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert [line[0] for line in said] == titles
    for chapter, *numbers in said:
        verdicts = [counted[chapter, verdict] for verdict in VERDICTS]
        assert [int(number) for number in numbers] == [sum(verdicts), *verdicts], chapter
    [whole] = re.findall(r"^\| \*\*all\*\* \|" + r" \*\*(\d+)\*\* \|" * 4 + "$", PAGE, re.MULTILINE)
    assert [int(number) for number in whole] == [sum(int(line[n]) for line in said) for n in range(1, 5)]


def test_all_that_is_not_met_is_in_the_closing_list() -> None:
    closing = set(re.findall(r"V\d+\.\d+\.\d+", PAGE.partition("\n## What is not met\n")[2]))
    assert closing == {row[0] for row in ROWS if row[2] == "not met"}


@pytest.mark.parametrize("name", FILES)
def test_what_is_named_exists(name: str) -> None:
    file, _, test = name.partition("::")
    assert (ROOT / file).exists()
    assert not test or test in names_in(ROOT / file)


def test_what_is_linked_exists() -> None:
    assert LINKED
    assert [link for link in LINKED if not (ROOT / "docs" / link).exists()] == []
