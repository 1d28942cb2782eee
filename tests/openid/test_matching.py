"""Who is who: found once by the rule, then bound, and never silently bound again."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.access.actor import system
from app.openid import service
from app.openid.matching import recognise
from app.openid.models import IdentityBinding, IdentityProvider
from app.openid.problems import BoundElsewhere, ProviderRefused, SignInRefused
from app.openid.protocol import Identity
from app.people.models import Agent
from tests.notices.builders import last, who_was_told
from tests.openid.doors import SIRET, Doors
from tests.support.world import World

REFUSED = "identity_provider.refused_person"
CONTESTED = "identity_binding.contested"


class TestTheAuthority:
    @pytest.mark.parametrize("siret", ["21590350100017", "", None, SIRET + "0", "2135023880001"])
    def test_somebody_of_another_organisation(self, doors: Doors, siret: str | None) -> None:
        response = doors.sign_in(siret=siret)
        assert response.status_code == 403
        assert "autre organisation" in response.text
        assert doors.me() is None
        assert doors.events(REFUSED, "identity_binding.made") == [(REFUSED, {"reason": "other_organisation"})]

    def test_somebody_of_a_second_siret(self, doors: Doors) -> None:
        doors.set(sirets=[SIRET, "21350238800027"])
        assert doors.sign_in(siret="21350238800027").status_code == 303

    def test_a_bound_account_that_moves_to_another_organisation(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        assert doors.sign_in(siret="21590350100017").status_code == 403

    def test_an_identity_provider_that_is_not_accepted(self, doors: Doors) -> None:
        doors.set(idp_ids=["the-town's"])
        assert "idp_id" in doors.asked()["scope"].split()
        assert doors.sign_in(idp_id="another's").status_code == 403
        assert doors.sign_in().status_code == 403
        assert doors.sign_in(idp_id="the-town's").status_code == 303


class TestTheFirstTime:
    def test_by_email_whatever_its_case(self, doors: Doors) -> None:
        assert doors.sign_in(email="Bruno@Valmoret.TEST").status_code == 303
        assert doors.me() == "bruno"

    @pytest.mark.parametrize("email", ["nobody@valmoret.test", None, "", "bruno@valmoret.test.elsewhere"])
    def test_unknown(self, doors: Doors, email: str | None) -> None:
        response = doors.sign_in(email=email)
        assert response.status_code == 403
        assert "ressources humaines" in response.text
        assert "/oidc/depart" in response.text
        assert doors.events(REFUSED) == [(REFUSED, {"reason": "nobody_known"})]
        assert doors.sessions() == 0

    def test_an_agent_of_another_authority(self, doors: Doors) -> None:
        with World.build(doors.world.app, doors.world.database, "ailleurs"):
            assert doors.sign_in(email="bruno@ailleurs.test").status_code == 403

    def test_an_agent_who_has_left(self, doors: Doors) -> None:
        _leaves(doors, "bruno", _today(doors) - timedelta(days=1))
        assert doors.sign_in().status_code == 403

    def test_an_agent_on_their_last_day(self, doors: Doors) -> None:
        _leaves(doors, "bruno", _today(doors))
        assert doors.sign_in().status_code == 303

    def test_an_email_that_proconnect_says_is_not_verified(self, doors: Doors) -> None:
        assert doors.sign_in(email_verified=False).status_code == 403

    def test_by_matricule(self, doors: Doors) -> None:
        doors.set(match_by="hr_id", idp_ids=["the-town's"])
        uid = doors.world.alice.agent.hr_id
        # Alice has no email; Bruno's does not count.
        assert doors.sign_in("sub-alice", uid=uid, idp_id="the-town's").status_code == 303
        assert doors.me() == "alice"

    @pytest.mark.parametrize("uid", [None, "", "1", "00010004 "])
    def test_by_matricule_to_the_letter(self, doors: Doors, uid: str | None) -> None:
        doors.set(match_by="hr_id", idp_ids=["the-town's"])
        assert doors.sign_in("sub-alice", uid=uid, idp_id="the-town's").status_code == 403

    def test_by_matricule_of_just_any_identity_provider(self, doors: Doors) -> None:
        """Anybody may have `1` for `uid` at a provider of their own."""
        with pytest.raises(ProviderRefused) as refused:
            doors.set(match_by="hr_id")
        assert [error.field for error in refused.value.errors] == ["idp_ids"]


class TestBound:
    def test_the_account_counts_and_not_the_email(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        assert doors.sign_in(email="bruno.new@elsewhere.test").status_code == 303
        assert doors.me() == "bruno"

    def test_a_second_account_of_the_same_person(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        response = doors.sign_in("sub-somebody")
        assert response.status_code == 403
        assert "déjà lié" in response.text
        assert doors.me() is None
        assert doors.events(CONTESTED) == [
            (
                CONTESTED,
                {
                    "provider_id": str(doors.row.id),
                    "agent_id": doors.world.bruno.id,
                    "reason": "bound_elsewhere",
                    "other_agent_id": None,
                },
            )
        ]

    def test_the_lab_and_the_agent_are_told(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        doors.sign_in("sub-somebody")
        [(_kind, contested)] = doors.events(CONTESTED)
        with doors.world.database.session() as session:
            binding = session.execute(select(IdentityBinding)).scalar_one()
        assert contested["agent_id"] == doors.world.bruno.id
        told = who_was_told(doors.world, str(binding.id), CONTESTED)
        assert told == {
            "lab": "Un compte professionnel est contesté",
            "bruno": "Une connexion à votre nom a été refusée",
        }
        assert "Bruno BRUNO" in last(doors.world, "lab", CONTESTED)["body"]

    def test_the_same_account_with_the_email_of_somebody_else(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        response = doors.sign_in(email="chloe@valmoret.test")
        assert response.status_code == 403
        assert "correspond maintenant à un autre" in response.text
        assert doors.me() is None
        [(_kind, said)] = doors.events(CONTESTED)
        assert said["reason"] == "match_changed"
        assert (said["agent_id"], said["other_agent_id"]) == (doors.world.bruno.id, doors.world.chloe.id)

    def test_an_agent_who_has_left_since(self, doors: Doors) -> None:
        doors.sign_in()
        doors.world.http.cookies.clear()
        _leaves(doors, "bruno", _today(doors) - timedelta(days=1))
        response = doors.sign_in()
        assert response.status_code == 403
        assert "agents en poste" in response.text
        assert doors.events(REFUSED) == [(REFUSED, {"reason": "has_left"})]

    def test_released_it_is_found_again_by_the_rule(self, doors: Doors) -> None:
        doors.sign_in()
        with doors.world.database.transaction() as session:
            binding = session.execute(select(IdentityBinding)).scalar_one()
            service.release(session, system(doors.world.authority.id), binding.id)
        doors.world.http.cookies.clear()
        assert doors.sign_in("sub-new").status_code == 303


class TestRaces:
    def test_one_account_in_two_tabs(self, doors: Doors) -> None:
        outcomes = _at_once(doors, ["sub-bruno"] * 4)
        assert [type(outcome) for outcome in outcomes] == [Agent] * 4
        assert len(doors.events("identity_binding.made")) == 1

    def test_two_accounts_of_one_agent(self, doors: Doors) -> None:
        outcomes = _at_once(doors, ["sub-1", "sub-2", "sub-3", "sub-4"])
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Agent", *["BoundElsewhere"] * 3]
        assert len(doors.events("identity_binding.made")) == 1
        assert len(doors.events(CONTESTED)) == 3
        with doors.world.database.read() as connection:
            assert connection.execute(select(func.count()).select_from(IdentityBinding)).scalar_one() == 1
        assert all(
            isinstance(outcome, BoundElsewhere) for outcome in outcomes if not isinstance(outcome, Agent)
        )


def _at_once(doors: Doors, subjects: list[str]) -> list[Agent | SignInRefused]:
    ready, outcomes = threading.Barrier(len(subjects)), list[Any]()

    def come(subject: str) -> None:
        identity = Identity(sub=subject, email="bruno@valmoret.test", siret=SIRET, id_token=str(uuid4()))
        ready.wait()
        with doors.world.database.transaction() as session:
            provider = session.get_one(IdentityProvider, doors.row.id)
            outcomes.append(recognise(session, system(doors.world.authority.id), provider, identity))

    threads = [threading.Thread(target=come, args=(subject,)) for subject in subjects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _today(doors: Doors) -> date:
    return system(doors.world.authority.id).today()


def _leaves(doors: Doors, name: str, day: date) -> None:
    with doors.world.database.transaction() as session:
        agent = doors.world.people[name].agent
        session.execute(update(Agent).where(col(Agent.id) == agent.id).values(left_on=day))
