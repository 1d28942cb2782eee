"""The model mandate: it can be filled, it protects, and its plain version is plain."""

import re
from collections import Counter
from pathlib import Path

import app.mandates.model_mandate
from app.mandates.lifecycle import ClauseKind, PartyCapacity
from app.mandates.model_mandate import PLACEHOLDERS, fill, model, unknown_placeholders

TEXTS = [
    model().title,
    model().preamble,
    *(text for clause in model().clauses for text in (clause.title, clause.text, clause.plain)),
]


def test_can_be_filled() -> None:
    assert not any(map(unknown_placeholders, TEXTS))
    used = {name for text in TEXTS for name in re.findall(r"\{(\w+)\}", text)}
    assert used == set(PLACEHOLDERS)
    values = dict.fromkeys(PLACEHOLDERS, "x")
    assert not any(re.search(r"[{}]", fill(text, values)) for text in TEXTS)


def test_filling_is_done_once() -> None:
    values = {"team_name": "{sponsor}", "sponsor": "Hélène"}
    assert fill("{team_name}, {sponsor}, {other}, {0}, {", values) == "{sponsor}, Hélène, {other}, {0}, {"


def test_covers_what_a_mandate_must_say() -> None:
    clauses = model().clauses
    assert {clause.kind for clause in clauses} == set(ClauseKind) - {ClauseKind.OTHER}
    assert (clauses[0].kind, clauses[-1].kind) == (ClauseKind.PURPOSE, ClauseKind.SIGNATURE)
    assert {clause.kind for clause in clauses if not clause.mandatory} == {
        ClauseKind.AUTONOMY_PROPOSES,
        ClauseKind.MEANS,
        ClauseKind.PUBLICATION,
    }
    assert max(Counter(clause.key for clause in clauses).values()) == 1
    whole = " ".join(clause.text for clause in clauses).replace("\N{NO-BREAK SPACE}", " ")
    for reference in ("L. 611-2", "L. 134-1", "L. 131-1", "L. 111-1", "L. 521-1", "L. 135-6", "1366 et 1367"):
        assert reference in whole
    assert "signature électronique simple" in whole


def test_deadlines_are_somebodys() -> None:
    """Within the first two months of the shortest ordinary mandate, and each of somebody else."""
    deadlines = [clause.deadline for clause in model().clauses if clause.deadline]
    assert {deadline.owner for deadline in deadlines} == set(PartyCapacity) - {PartyCapacity.GUARANTOR}
    assert all(0 < deadline.days <= 60 for deadline in deadlines)
    for deadline in deadlines:
        assert deadline.what.startswith("avoir "), deadline
        assert not deadline.what.endswith("."), deadline


def test_nobody_may_weaken_what_protects() -> None:
    assert all(clause.mandatory for clause in model().clauses if clause.kind.protects)


def test_plain_language_keeps_sentences_short() -> None:
    for clause in model().clauses:
        for sentence in re.split(r"(?<=[.?!])\s", clause.plain):
            assert len(sentence.split()) <= 22, (clause.key, sentence)


def test_typography_is_french() -> None:
    source = Path(app.mandates.model_mandate.__file__).with_name("model_mandate.toml")
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        assert "'" not in line, number
        assert "!" not in line, number
        if not line.startswith("#"):
            assert not re.search(r" [;:!?»€%]|« ", line), number
