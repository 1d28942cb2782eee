"""In whose name somebody signs or refuses: their own, or that of a person for whom an act lets them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.policy import Policy
from app.kit.i18n import _
from app.kit.problems import Forbidden, NotFound
from app.mandates.events import ByAct
from app.mandates.lifecycle import PartyCapacity
from app.mandates.models import Mandate, MandateParty, MandateSignature
from app.mandates.policy import POLICY
from app.mandates.problems import AlreadySigned, ChoosePower, NoSuchPower, PowerLapsed
from app.mandates.service import parties
from app.mandates.substitution import CAPACITIES, hold, lapsed, substitutes
from app.people.delegation_models import PowerKind
from app.people.delegations import HeldPower
from app.teams.queries import members_of


@dataclass(frozen=True, slots=True)
class Hand:
    """The parties for which somebody acts, and the act that lets them for each; in their own name there is none."""

    party_ids: frozenset[UUID]
    powers: Mapping[UUID, HeldPower] = field(default_factory=dict)

    def holds(self, party: MandateParty) -> bool:
        return party.id in self.party_ids

    def acting(self, actor: Actor, party: MandateParty) -> Actor:
        """`actor` as they act for this party: what they record cites the act."""
        power = self.powers.get(party.id)
        if power is None:
            return actor
        return replace(actor, delegation_id=power.id, acting_as=CAPACITIES[party.capacity])

    def by_act(self, party: MandateParty) -> ByAct | None:
        power = self.powers.get(party.id)
        if power is None:
            return None
        return ByAct(
            on_behalf_of=power.for_id,
            kind=power.kind,
            act_id=power.id,
            act_reference=power.act_reference,
            last_day=power.last_day,
        )

    def kept(self, party: MandateParty) -> dict[str, Any]:
        """What the signature keeps of the act, as it stands today."""
        power = self.powers.get(party.id)
        if power is None:
            return {}
        return {
            "on_behalf_of_id": power.for_id,
            "delegation_id": power.id if power.kind is PowerKind.DELEGATION else None,
            "interim_id": power.id if power.kind is PowerKind.INTERIM else None,
            "act_reference": power.act_reference,
            "act_starts_on": power.starts_on,
            "act_last_day": power.last_day,
        }

    def lapsed(self, party: MandateParty) -> PowerLapsed:
        """The party that the mandate names has lost the function for which it was named."""
        if self.powers:
            sentence = _(
                "La personne que ce mandat nomme n'exerce plus cette fonction : {capacity}. "
                "Le laboratoire reprendra le mandat avec la personne qui lui succède."
            )
        else:
            sentence = _(
                "Votre signature était attendue à ce titre : {capacity}. Ce n'est plus le vôtre. "
                "Le laboratoire reprendra le mandat avec la personne qui vous succède."
            )
        return PowerLapsed(sentence.format(capacity=party.capacity.label))


def capacities_held(session: Session, actor: Actor, mandate: Mandate) -> set[tuple[UUID, PartyCapacity]]:
    """Who may sign this mandate today, in which capacity, whatever it was when they were named.

    A signature given when the power to give it has ended would bind nobody.
    """
    found, _missing = parties.signers(session, actor, mandate, members_of(session, mandate.team_id))
    return {(signer.agent.id, signer.capacity) for signer in found}


def require_party(
    session: Session,
    actor: Actor,
    action: str,
    mandate: Mandate,
    *,
    policy: Policy = POLICY,
    resource: Any = None,
) -> None:
    """Raise `PowerLapsed` where a power to sign has ended, else what the policy says to who is no party.

    `resource` is what is signed, where that is not the mandate itself.
    """
    try:
        policy.require(session, actor, action, resource or mandate)
    except (Forbidden, NotFound):
        if sentence := lapsed(session, actor, mandate):
            raise PowerLapsed(sentence) from None
        raise


def hand_of(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    everybody: Sequence[MandateParty],
    on_behalf_of: UUID | None,
) -> Hand:
    """For whom `actor` acts: for themselves where they are a party, unless they say for whom else.

    The mandate is held; so are the powers, which nobody withdraws before the end of this transaction. Raises
    `ChoosePower`, `NoSuchPower`, `PowerLapsed`, `AlreadySigned`.
    """
    mine = frozenset(party.id for party in everybody if party.agent_id == actor.agent_id)
    if mine and on_behalf_of in {None, actor.agent_id}:
        return Hand(mine)
    held = _powers(session, actor, mandate)
    if on_behalf_of is None:
        if len(held) > 1:
            raise _choose(held)
        on_behalf_of = next(iter(held), None)
    powers = held.get(on_behalf_of) if on_behalf_of else None
    if powers is None:
        raise _no_power(session, actor, mandate, everybody, on_behalf_of)
    return Hand(frozenset(powers), powers)


def _powers(session: Session, actor: Actor, mandate: Mandate) -> dict[UUID, dict[UUID, HeldPower]]:
    """The powers of `actor` over the pending parties, by the person in whose name, then by party."""
    today = actor.today()
    standing = substitutes(session, mandate.id, today)
    mine = [power for powers in standing.values() for power in powers if power.holder_id == actor.agent_id]
    held: dict[UUID, dict[UUID, HeldPower]] = defaultdict(dict)
    if not mine:
        return held
    hold(session, mine)
    for party_id, powers in substitutes(session, mandate.id, today).items():
        for power in powers:
            if power.holder_id == actor.agent_id:
                held[power.for_id].setdefault(party_id, power)
    return held


def _choose(held: Mapping[UUID, Mapping[UUID, HeldPower]]) -> Exception:
    names = {for_id: next(iter(powers.values())).for_name for for_id, powers in held.items()}
    choices = [
        {"on_behalf_of": str(for_id), "name": name}
        for for_id, name in sorted(names.items(), key=lambda each: (each[1], each[0]))
    ]
    return ChoosePower.on("on_behalf_of", ChoosePower.title, choices=choices)


def _no_power(
    session: Session,
    actor: Actor,
    mandate: Mandate,
    everybody: Sequence[MandateParty],
    on_behalf_of: UUID | None,
) -> Exception:
    signed = select(col(MandateSignature.on_behalf_of_id)).where(
        col(MandateSignature.party_id).in_([party.id for party in everybody]),
        col(MandateSignature.agent_id) == actor.agent_id,
        col(MandateSignature.on_behalf_of_id).is_not(None),
    )
    names = set(session.execute(signed).scalars())
    if on_behalf_of in names or (on_behalf_of is None and names):
        return AlreadySigned()
    if sentence := lapsed(session, actor, mandate, on_behalf_of):
        return PowerLapsed(sentence)
    return NoSuchPower.on("on_behalf_of", NoSuchPower.title)
