"""What the application installs of this room."""

from app.access.rooms import Room
from app.people import (
    delegation_endpoints,
    delegation_policy,
    delegation_problems,
    delegation_service,
    endpoints,
    personal,
    policy,
    problems,
    reactions,
)
from app.people.events import PeopleImported

ROOM = Room(
    routers=[
        endpoints.me_api,
        endpoints.founding_api,
        endpoints.authorities_api,
        endpoints.directorates_api,
        endpoints.agents_api,
        endpoints.absences_api,
        delegation_endpoints.delegations_api,
        delegation_endpoints.interims_api,
    ],
    policies=[*policy.POLICIES, *delegation_policy.POLICIES],
    reactions=[(PeopleImported, reactions.end_powers)],
    chores=[delegation_service.note_ends],
    refusals={
        "uq_authorities_slug": problems.SlugTaken,
        "uq_absences_agent_id_first_day_first_half_last_day_last_half": problems.AbsenceOverlap,
        "ck_signing_delegations_never_passed_on": delegation_problems.DelegationPassedOn,
        "ck_interims_one_at_a_time": delegation_problems.InterimOverlap,
        "ck_interims_never_a_chain": delegation_problems.InterimChain,
    },
    personal=personal.PERSONAL,
    periods=personal.PERIODS,
)
