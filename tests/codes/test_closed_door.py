"""A door of codes that the authority has shut."""

from tests.codes.conftest import Yard

SHUT = {"closed_to": {"code": ["agent"]}}


def shut(yard: Yard) -> None:
    path = f"/authorities/{yard.world.authority.id}/doors"
    yard.world.admin.put(path, SHUT, headers={"If-Match": "*"}, expect=200)


def test_a_code_opens_no_more_than_a_wrong_one(yard: Yard) -> None:
    code = yard.code_of("emile")
    shut(yard)
    refused = yard.enter("emile", code, expect=422)
    assert not refused.is_inside()
    right = refused.submit("/connexion/code", hr_id=yard.world.emile.agent.hr_id, code=code, expect=422)
    wrong = refused.submit(
        "/connexion/code", hr_id=yard.world.emile.agent.hr_id, code="AAAA-AAAA", expect=422
    )
    assert right.text == wrong.text.replace("AAAA-AAAA", code)


def test_nothing_is_printed_that_opens_nothing(yard: Yard) -> None:
    shut(yard)
    problem = yard.world.lab.post(
        "/sign-in-codes",
        {"telephone": "01 23 45 67 89", "agent_ids": [yard.world.emile.id]},
        expect=409,
    )
    assert problem["type"].endswith("code-door-shut")
