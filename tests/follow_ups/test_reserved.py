"""A decision on what the mandate reserves names the agreement that its sponsor gave."""

from typing import Any

import pytest

from tests.agreements.builders import answered, requested
from tests.follow_ups.builders import FIRST, follow_ups, mandate, minutes, scheduled
from tests.half_days.builders import on, slot
from tests.support.world import World


class TestDecisions:
    under: dict[str, Any]
    meeting: dict[str, Any]

    def hold(self, town: World, *decisions: dict[str, Any], expect: int = 200) -> Any:
        with on(FIRST):
            body = minutes(town, without_reports=True)
            decided = [{**body["decisions"][0], **decision} for decision in decisions]
            return town.coach.post(
                f"/follow-ups/{self.meeting['id']}/hold", {**body, "decisions": decided}, expect=expect
            )

    @pytest.fixture(autouse=True)
    def _meet(self, town: World) -> None:
        self.under = mandate(town)
        self.meeting = scheduled(town, follow_ups(town, mandate_id=self.under["id"])[0])

    def test_what_is_reserved_names_the_agreement(self, town: World) -> None:
        made = answered(town, "agree", {}, requested(town, self.under))
        held = self.hold(town, {"reserved": True, "agreement_id": made["id"]}, {})
        assert [decision["agreement_id"] for decision in held["decisions"]] == [made["id"], None]

    def test_none(self, town: World) -> None:
        problem = self.hold(town, {}, {"reserved": True}, expect=422)
        assert [error["field"] for error in problem["errors"]] == ["decisions.1.agreement_id"]
        assert problem["type"].endswith("agreement-missing")
        assert town.coach.get(f"/follow-ups/{self.meeting['id']}")["state"] == "scheduled"

    def test_one_that_does_not_stand(self, town: World) -> None:
        elsewhere = mandate(town, "david", slots=[slot(town, "david")])
        for agreement in (
            requested(town, self.under),
            answered(town, "refuse", agreement=requested(town, self.under)),
            answered(town, "agree", {}, requested(town, elsewhere, by="david")),
        ):
            problem = self.hold(town, {"agreement_id": agreement["id"]}, expect=422)
            assert problem["type"].endswith("agreement-missing")
