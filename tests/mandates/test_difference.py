"""The readable difference between two versions of a mandate."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.mandates.difference import Change, Run, between, differs, in_words, of_clauses, words

TEXTS = st.text(alphabet="abé ’.-\n", max_size=60)
ORDERS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


def clause(key: str, text: str = "Le texte.", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key.capitalize(), "text": text, "plain": "Le même.", **more}


def kept(runs: tuple[Run, ...], but: Change) -> str:
    return "".join(run.text for run in runs if run.change is not but)


class TestWords:
    def test_a_word_for_another(self) -> None:
        runs = words("La durée est de six mois.", "La durée est de huit mois.")
        assert [(run.change, run.text) for run in runs] == [
            (Change.SAME, "La durée est de "),
            (Change.REMOVED, "six"),
            (Change.ADDED, "huit"),
            (Change.SAME, " mois."),
        ]
        assert (
            in_words(runs)
            == "La durée est de [retiré\N{NO-BREAK SPACE}: six] [ajouté\N{NO-BREAK SPACE}: huit] mois."
        )

    def test_an_elided_article_stands_by_itself(self) -> None:
        runs = words("l’équipe décide", "l’agent décide")
        assert [run.text for run in runs] == ["l’", "équipe", "agent", " décide"]

    def test_a_small_word_between_two_changes_goes_with_them(self) -> None:
        runs = words("le chef du service", "une cheffe du bureau")
        assert [run.text for run in runs] == ["le chef du service", "une cheffe du bureau"]

    def test_lines_that_both_have_stay_whole(self) -> None:
        before = "Première ligne.\n\nDeuxième ligne.\n\nTroisième ligne."
        runs = words(before, before.replace("Deuxième ligne.\n\n", ""))
        assert [run.change for run in runs] == [Change.SAME, Change.REMOVED, Change.SAME]
        assert runs[1].text.strip() == "Deuxième ligne."

    def test_nothing_changed(self) -> None:
        assert words("Rien.", "Rien.") == (Run(Change.SAME, "Rien."),)
        assert words("", "") == ()
        assert words("", "Tout.") == (Run(Change.ADDED, "Tout."),)

    @given(TEXTS, TEXTS)
    def test_both_versions_are_in_the_runs(self, before: str, after: str) -> None:
        runs = words(before, after)
        assert kept(runs, Change.ADDED) == before
        assert kept(runs, Change.REMOVED) == after
        assert (before == after) == all(run.change is Change.SAME for run in runs)
        for one, next_one in pairwise(runs):
            assert one.change is not next_one.change

    def test_a_text_made_to_be_slow(self) -> None:
        """Ten thousand times the same word, all on one line: nobody waits for it."""
        before, after = "a " * 10_000, "b " + "a " * 9_999
        runs = words(before, after)
        assert kept(runs, Change.ADDED) == before
        assert kept(runs, Change.REMOVED) == after


class TestClauses:
    def test_added_removed_moved_changed(self) -> None:
        before = [clause("a"), clause("b"), clause("c"), clause("d"), clause("e", mandatory=True)]
        after = [clause("d"), clause("a", "Le texte neuf."), clause("x"), clause("c"), clause("e")]
        found = {each.key: each for each in of_clauses(before, after)}
        assert list(found) == ["d", "a", "b", "x", "c", "e"]
        assert {key: (each.change.value, each.moved) for key, each in found.items()} == {
            "d": ("same", True),
            "a": ("changed", False),
            "b": ("removed", False),
            "x": ("added", False),
            "c": ("same", False),
            "e": ("changed", False),
        }
        assert found["e"].facts == {"mandatory": (True, None)}
        assert (found["b"].position_before, found["b"].position_after) == (2, None)
        assert found["b"].text == (Run(Change.REMOVED, "Le texte."),)
        assert found["x"].text == (Run(Change.ADDED, "Le texte."),)
        assert in_words(found["a"].text) == "Le texte [ajouté\N{NO-BREAK SPACE}: neuf]."

    def test_a_clause_removed_from_the_top(self) -> None:
        found = list(of_clauses([clause("a"), clause("b")], [clause("b")]))
        assert [each.key for each in found] == ["a", "b"]
        assert not found[1].moved

    @given(ORDERS, ORDERS)
    def test_what_did_not_move_is_in_the_same_order(self, before: list[str], after: list[str]) -> None:
        found = list(of_clauses([clause(key) for key in before], [clause(key) for key in after]))
        assert {each.key for each in found} == {*before, *after}
        assert [each.key for each in found if each.position_after] == after
        stayed = {each.key for each in found if not each.moved}
        common = set(before) & set(after)
        assert [key for key in before if key in stayed & common] == [
            key for key in after if key in stayed & common
        ]
        assert [each.key for each in found if differs(each)] == [
            each.key for each in found if each.moved or each.key not in common
        ]


class TestDocuments:
    def document(self, **more: Any) -> dict[str, Any]:
        return {
            "title": "Mandat",
            "preamble": "Le présent mandat.",
            "clauses": [clause("a")],
            "starts_on": "2026-12-01",
            "sponsor": {"id": 1, "name": "Anne"},
            "parameters": {"cadence_weeks": 6},
            "half_days": [{"agent_id": 1, "weekday": "friday", "half": "morning", "relief": "La tournée."}],
            **more,
        }

    def test_the_same(self) -> None:
        renamed = self.document(sponsor={"id": 1, "name": "Anne-Marie"})
        assert between(self.document(), renamed).is_empty

    def test_facts(self) -> None:
        after = self.document(starts_on="2027-01-04", sponsor={"id": 2, "name": "Paul"}, half_days=[])
        after["parameters"] = {"cadence_weeks": 4}
        found = between(self.document(), after)
        assert not found.is_empty
        assert set(found.facts) == {"starts_on", "sponsor", "cadence_weeks", "half_days"}
        assert found.facts["cadence_weeks"] == (6, 4)

    def test_the_words_of_the_preamble(self) -> None:
        found = between(self.document(), self.document(preamble="Le nouveau mandat."))
        assert not found.is_empty
        assert [run.text for run in found.preamble] == ["Le ", "présent", "nouveau", " mandat."]
