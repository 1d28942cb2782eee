"""What people do with half-days: anonymous, then the stranger, then the rightful person."""

from datetime import date, timedelta
from typing import Any

from app.half_days.lifecycle import LIFECYCLE, HalfDayState
from tests.half_days.builders import (
    FORMS,
    START,
    act,
    active,
    encroached,
    every,
    made_good,
    moment,
    on,
    on_day,
)
from tests.support.world import World

UNKNOWN = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"
BY_PEOPLE = ("take", "encroach", "make-good", "waive", "move", "excuse", "restore")


def form_of(verb: str, day: date) -> Any:
    """A body that suits the verb, for the half-day of that day."""
    if verb in {"make-good", "move"}:
        return moment(day + timedelta(days=1))
    return FORMS[verb]


def in_state(town: World, state: HalfDayState, day: date) -> dict[str, Any]:
    """The half-day of Alice on that day, brought to that state."""
    half_day = on_day(town, day)
    paths: dict[HalfDayState, list[tuple[str, str]]] = {
        HalfDayState.PLANNED: [],
        HalfDayState.TAKEN: [("take", "alice")],
        HalfDayState.ENCROACHED: [("encroach", "alice")],
        HalfDayState.MADE_GOOD: [("encroach", "alice"), ("make-good", "alice")],
        HalfDayState.WAIVED: [("waive", "alice")],
        HalfDayState.MOVED: [("move", "alice")],
        HalfDayState.EXCUSED: [("excuse", "hr")],
    }
    for verb, name in paths[state]:
        half_day = act(town, half_day, verb, form_of(verb, day), by=name)
    assert half_day["state"] == state
    return half_day


def rightful(verb: str) -> str:
    return "hr" if verb in {"excuse", "restore"} else "alice"


class TestLifecycle:
    def test_every_move_and_every_refusal(self, town: World) -> None:
        active(town)
        days = (day for week in range(26) if (day := START + timedelta(weeks=week)) != date(2026, 5, 14))
        with on(START + timedelta(weeks=30)):
            for state in HalfDayState:
                possible = LIFECYCLE.possible(state)
                day = next(days)
                half_day = in_state(town, state, day)
                for verb in set(BY_PEOPLE) - set(possible):
                    path = f"/half-days/{half_day['id']}/{verb}"
                    problem = town.people[rightful(verb)].post(path, form_of(verb, day), expect=409)
                    assert problem["type"].endswith("move-refused"), f"{state} {verb}"
                    assert (problem["state"], problem["possible_moves"]) == (state, list(possible))
                unchanged = town.alice.get(f"/half-days/{half_day['id']}")
                assert (unchanged["state"], unchanged["possible_moves"]) == (state, list(possible))
                for verb in (verb for verb in BY_PEOPLE if verb in possible):
                    day = next(days)
                    before = in_state(town, state, day)
                    after = act(town, before, verb, form_of(verb, day), by=rightful(verb))
                    assert after["state"] == LIFECYCLE[verb].target, f"{state} {verb}"
                    assert after["version"] == before["version"] + 1


class TestWho:
    def test_anonymous_and_stranger(self, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        for verb in BY_PEOPLE:
            path, form = f"/half-days/{half_day['id']}/{verb}", form_of(verb, START)
            town.anonymous.post(path, form, expect=401)
            town.chloe.post(path, form, expect=404)
            town.elected.post(path, form, expect=404)
            town.alice.post(f"/half-days/{UNKNOWN}/{verb}", form, expect=404)

    def test_everyone(self, town: World) -> None:
        """Everyone who may read it, and may or may not act on it."""
        active(town)
        readers = ("alice", "bruno", "coach", "head_dep", "dgs", "hr", "lab")
        theirs = {"alice", "lab"}
        allowed = {"take": {"alice"}, "excuse": {"hr", "lab"}, "restore": {"hr", "lab"}}
        days = (day for week in range(26) if (day := START + timedelta(weeks=week)) != date(2026, 5, 14))
        with on(START + timedelta(weeks=30)):
            for verb in BY_PEOPLE:
                may = allowed.get(verb, theirs)
                source = LIFECYCLE[verb].sources[0]
                half_day = in_state(town, source, day := next(days))
                for name in set(readers) - may:
                    town.people[name].post(
                        f"/half-days/{half_day['id']}/{verb}", form_of(verb, day), expect=403
                    )
                for name in may:
                    act(town, in_state(town, source, day := next(days)), verb, form_of(verb, day), by=name)

    def test_machines(self, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        town.machine("hr:read").post(f"/half-days/{half_day['id']}/excuse", FORMS["excuse"], expect=403)
        both = town.machine("hr:read", "hr:write")
        assert both.post(f"/half-days/{half_day['id']}/excuse", FORMS["excuse"])["state"] == "excused"
        assert both.post(f"/half-days/{half_day['id']}/restore")["state"] == "planned"
        both.post(f"/half-days/{half_day['id']}/take", {}, expect=403)

    def test_another_authority(self, app: Any, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        with World.build(app, town.database, slug="haute-arlene") as other:
            other.lab.get(f"/half-days/{half_day['id']}", expect=404)
            other.hr.post(f"/half-days/{half_day['id']}/excuse", FORMS["excuse"], expect=404)
            assert other.lab.get("/half-days")["items"] == []


class TestTake:
    def test_not_before_its_day(self, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        problem = town.alice.post(f"/half-days/{half_day['id']}/take", {}, expect=409)
        assert problem["type"].endswith("half-day-to-come")
        assert "jeudi 8 janvier 2026" in problem["detail"]
        with on(START):
            taken = act(town, half_day, "take", {"note": "Visite du dépôt nord."})
        assert (taken["state"], taken["note"]) == ("taken", "Visite du dépôt nord.")
        assert town.event_types(half_day["id"]) == ["half_day.taken"]

    def test_late(self, town: World) -> None:
        active(town)
        with on(START + timedelta(weeks=8)):
            assert act(town, on_day(town, START), "take")["state"] == "taken"

    def test_bad_field(self, town: World) -> None:
        active(town)
        half_day = on_day(town, START)
        for form, field in (({"note": ""}, "note"), ({"note": 3}, "note"), ({"nota": "x"}, "nota")):
            problem = town.alice.post(f"/half-days/{half_day['id']}/take", form, expect=422)
            assert [error["field"] for error in problem["errors"]] == [field]


class TestEncroach:
    def test_due_within_a_fortnight(self, town: World) -> None:
        active(town)
        made = encroached(town)
        assert made["make_good_due"] == "2026-01-23"
        assert made["asked_by"] == "Responsable du service voirie"
        assert made["possible_moves"] == ["make-good", "waive"]
        assert town.event_types(made["id"]) == ["half_day.encroached"]

    def test_due_on_a_working_day(self, town: World) -> None:
        active(town)
        assert encroached(town, date(2026, 4, 16))["make_good_due"] == "2026-05-04", (
            "1 May is off, then a weekend"
        )

    def test_says_who_and_why(self, town: World) -> None:
        active(town)
        path = f"/half-days/{on_day(town, START)['id']}/encroach"
        for missing in ("asked_by", "reason"):
            form = {name: value for name, value in FORMS["encroach"].items() if name != missing}
            assert town.alice.post(path, form, expect=422)["errors"][0]["field"] == missing


class TestMakeGood:
    def test_plans_another(self, town: World) -> None:
        active(town)
        given = made_good(town)
        back = town.alice.get(f"/half-days/{given['replaced_by_id']}")
        assert given["state"] == "made_good"
        assert (back["day"], back["half"], back["state"]) == ("2026-01-13", "morning", "planned")
        assert (back["replaces_id"], back["gives_back"], back["late"]) == (given["id"], True, False)
        assert back["make_good_due"] == "2026-01-23"
        assert town.event_types(given["id"]) == ["half_day.encroached", "half_day.made_good"]
        assert town.event_types(back["id"]) == ["half_day.planned"]

    def test_late_is_allowed_and_said(self, town: World) -> None:
        active(town)
        given = made_good(town, on=date(2026, 2, 3))
        assert town.alice.get(f"/half-days/{given['replaced_by_id']}")["late"] is True

    def test_not_free(self, town: World) -> None:
        active(town)
        town.hr.patch(
            f"/agents/{town.alice.id}", {"off_halves": ["wednesday:morning"], "working_percentage": "90"}
        )
        away = {
            "first_day": "2026-04-14",
            "first_half": "afternoon",
            "last_day": "2026-04-14",
            "kind": "leave",
        }
        town.hr.post(f"/agents/{town.alice.id}/absences", away, expect=201)
        half_day = encroached(town, date(2026, 4, 2))
        refused = {
            "lundi 6 avril 2026 (Lundi de Pâques)": moment(date(2026, 4, 6)),
            "ne travaille pas samedi 11 avril 2026, matin": moment(date(2026, 4, 11)),
            "ne travaille pas mercredi 8 avril 2026, matin": moment(date(2026, 4, 8)),
            "Une absence est connue mardi 14 avril 2026, après-midi": moment(date(2026, 4, 14), "afternoon"),
        }
        for sentence, body in refused.items():
            with on(date(2026, 4, 3)):
                problem = town.alice.post(f"/half-days/{half_day['id']}/make-good", body, expect=422)
            assert problem["type"].endswith("half-day-not-free")
            assert problem["errors"][0]["field"] == "day"
            assert sentence in problem["detail"]
        proposed = [(slot["day"], slot["half"]) for slot in problem["free_slots"]]
        assert proposed[:3] == [
            ("2026-04-03", "morning"),
            ("2026-04-03", "afternoon"),
            ("2026-04-07", "morning"),
        ]
        assert ("2026-04-08", "morning") not in proposed
        assert ("2026-04-08", "afternoon") in proposed
        assert ("2026-04-09", "morning") not in proposed, "it is protected already"
        assert ("2026-04-14", "afternoon") not in proposed
        assert proposed[-1][0] == half_day["make_good_due"] == "2026-04-17"

    def test_already_protected(self, town: World) -> None:
        active(town)
        half_day = encroached(town)
        body = moment(START + timedelta(weeks=1))
        problem = town.alice.post(f"/half-days/{half_day['id']}/make-good", body, expect=409)
        assert problem["type"].endswith("half-day-taken")
        assert "jeudi 15 janvier 2026, matin" in problem["detail"]
        assert problem["free_slots"]
        assert on_day(town, START)["state"] == "encroached"

    def test_out_of_reach(self, town: World) -> None:
        active(town)
        path = f"/half-days/{encroached(town)['id']}/make-good"
        for day in (START, START - timedelta(days=1), date(2027, 1, 11), date(2100, 12, 31)):
            problem = town.alice.post(path, moment(day), expect=422)
            assert problem["type"].endswith("half-day-out-of-reach")

    def test_the_same_afternoon(self, town: World) -> None:
        active(town)
        body = moment(START, "afternoon")
        assert act(town, encroached(town), "make-good", body)["state"] == "made_good"

    def test_taken_back_again(self, town: World) -> None:
        active(town)
        given = made_good(town)
        again = act(town, {"id": given["replaced_by_id"]}, "encroach")
        assert again["make_good_due"] == "2026-01-28"
        third = act(town, again, "make-good", moment(date(2026, 1, 20)))
        assert third["state"] == "made_good"

    def test_bad_field(self, town: World) -> None:
        active(town)
        path = f"/half-days/{encroached(town)['id']}/make-good"
        wrong = (
            ("day", {"day": "2026-13-01", "half": "morning"}),
            ("day", {"day": "2101-01-01", "half": "morning"}),
            ("half", {"day": "2026-01-13", "half": "evening"}),
            ("half", {"day": "2026-01-13"}),
        )
        for field, body in wrong:
            assert town.alice.post(path, body, expect=422)["errors"][0]["field"] == field


class TestMove:
    def test_both_ends(self, town: World) -> None:
        active(town)
        moved = act(town, on_day(town, START), "move", moment(date(2026, 1, 9), "afternoon"))
        there = town.alice.get(f"/half-days/{moved['replaced_by_id']}")
        assert moved["state"] == "moved"
        assert (there["day"], there["half"], there["replaces_id"]) == ("2026-01-09", "afternoon", moved["id"])
        assert (there["gives_back"], there["make_good_due"]) == (False, None)
        assert town.event_types(moved["id"]) == ["half_day.moved"]

    def test_outside_of_the_window(self, town: World) -> None:
        active(town)
        path = f"/half-days/{on_day(town, date(2026, 2, 5))['id']}/move"
        for day in (date(2026, 2, 20), date(2026, 1, 21), date(2027, 2, 5)):
            problem = town.alice.post(path, moment(day), expect=422)
            assert problem["type"].endswith("half-day-out-of-reach")
            assert "jeudi 22 janvier 2026" in problem["detail"]
            assert "jeudi 19 février 2026" in problem["detail"]

    def test_not_before_the_mandate(self, town: World) -> None:
        active(town)
        path = f"/half-days/{on_day(town, START)['id']}/move"
        town.alice.post(path, moment(START - timedelta(days=1)), expect=422)

    def test_back_and_forth(self, town: World) -> None:
        active(town)
        moved = act(town, on_day(town, START), "move", moment(date(2026, 1, 9)))
        back = act(town, {"id": moved["replaced_by_id"]}, "move", moment(START))
        assert back["state"] == "moved"
        assert len(every(town, agent_id=town.alice.id, from_day=START, until_day=START)) == 2


class TestFreeSlots:
    def test_to_give_back(self, town: World) -> None:
        active(town)
        half_day = encroached(town)
        found = town.alice.get(f"/half-days/{half_day['id']}/free-slots")
        assert (found["until"], found["late"]) == ("2026-01-23", False)
        assert found["slots"][0] == {"day": "2026-01-08", "half": "afternoon"}
        assert {"day": "2026-01-15", "half": "morning"} not in found["slots"]
        assert act(town, half_day, "make-good", found["slots"][-1])["state"] == "made_good"

    def test_once_the_day_has_passed(self, town: World) -> None:
        active(town)
        half_day = encroached(town)
        with on(date(2026, 2, 2)):
            found = town.lab.get(f"/half-days/{half_day['id']}/free-slots")
        assert (found["until"], found["late"]) == ("2026-02-17", True)
        assert found["slots"][0] == {"day": "2026-02-02", "half": "morning"}

    def test_to_move(self, town: World) -> None:
        active(town)
        found = town.alice.get(f"/half-days/{on_day(town, START)['id']}/free-slots")
        assert found["until"] == "2026-01-22"
        assert found["slots"][0] == {"day": "2026-01-08", "half": "afternoon"}

    def test_of_one_taken(self, town: World) -> None:
        active(town)
        with on(START):
            taken = act(town, on_day(town, START), "take")
            town.alice.get(f"/half-days/{taken['id']}/free-slots", expect=409)

    def test_who(self, town: World) -> None:
        active(town)
        path = f"/half-days/{on_day(town, START)['id']}/free-slots"
        town.anonymous.get(path, expect=401)
        town.chloe.get(path, expect=404)
        town.bruno.get(path, expect=403)
        for name in ("alice", "head_dep", "coach", "lab", "hr"):
            town.people[name].get(path)


class TestWaive:
    def test_planned_or_encroached(self, town: World) -> None:
        active(town)
        waived = act(town, on_day(town, START), "waive")
        assert waived["waived_because"] == "Semaine des élections."
        second = act(town, encroached(town, START + timedelta(weeks=1)), "waive", by="lab")
        assert (second["state"], second["asked_by"]) == ("waived", "Responsable du service voirie")
        assert town.event_types(second["id"])[-1] == "half_day.waived"

    def test_leaves_the_place(self, town: World) -> None:
        active(town)
        act(town, on_day(town, START), "waive")
        act(town, on_day(town, START + timedelta(weeks=1)), "move", moment(START))


class TestExcuse:
    def test_reason(self, town: World) -> None:
        active(town)
        excused = act(town, on_day(town, START), "excuse", by="hr")
        assert (excused["excuse"], excused["excuse_detail"]) == ("declared", "Visite médicale.")
        assert town.alice.get(f"/half-days/{excused['id']}")["excuse_detail"] == "Visite médicale."
        assert town.head_dep.get(f"/half-days/{excused['id']}")["excuse_detail"] is None
        assert town.event_types(excused["id"]) == ["half_day.excused"]

    def test_one_that_gave_back(self, town: World) -> None:
        """What it was to give back is to be given back again."""
        active(town)
        given = made_good(town)
        back = act(town, {"id": given["replaced_by_id"]}, "excuse", by="hr")
        first = on_day(town, START)
        assert (first["state"], first["replaced_by_id"]) == ("encroached", None)
        assert back["replaces_id"] == first["id"]
        assert town.event_types(first["id"])[-1] == "half_day.reopened"
        restored = act(town, back, "restore", by="hr")
        assert restored["state"] == "planned"
        assert on_day(town, START)["state"] == "made_good"
        assert on_day(town, START)["replaced_by_id"] == back["id"]

    def test_one_that_another_gave_back_meanwhile(self, town: World) -> None:
        active(town)
        given = made_good(town)
        back = act(town, {"id": given["replaced_by_id"]}, "excuse", by="hr")
        act(town, on_day(town, START), "make-good", moment(date(2026, 1, 20)))
        problem = town.hr.post(f"/half-days/{back['id']}/restore", expect=409)
        assert problem["type"].endswith("half-day-not-owed")
        assert town.alice.get(f"/half-days/{back['id']}")["state"] == "excused"

    def test_restore_what_is_not_owed(self, town: World) -> None:
        active(town)
        holiday = on_day(town, date(2026, 5, 14))
        problem = town.hr.post(f"/half-days/{holiday['id']}/restore", expect=409)
        assert "jour férié" in problem["detail"]

    def test_restore_where_another_stands(self, town: World) -> None:
        active(town)
        excused = act(town, on_day(town, START), "excuse", by="hr")
        act(town, on_day(town, START + timedelta(weeks=1)), "move", moment(START))
        problem = town.hr.post(f"/half-days/{excused['id']}/restore", expect=409)
        assert problem["type"].endswith("half-day-taken")
