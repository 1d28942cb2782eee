"""What the caller may do with an object now, and why not the rest: the policy and the life cycle, read together.

The service that makes a move asks the same table in the same order, so that a route answers as the ability says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pydantic import Field

from app.access.actor import Actor
from app.access.narrowed import READS_ONLY
from app.access.policy import Policy
from app.kit.i18n import Text, spoken
from app.kit.lifecycle import Lifecycle
from app.kit.schemas import Response

Obstacle = Callable[[Any, Actor], Text | None]
"""The sentence that says what stands in the way of a move, given the object as it is read; None: nothing does."""


class Ability(Response):
    """A move, and whether the caller may make it now."""

    action: str = Field(examples=["qualify"])
    allowed: bool
    reason: str | None = Field(
        description="Why not, in the caller's language; null for what is allowed.",
        examples=["Ce geste revient au laboratoire."],
    )


@dataclass(frozen=True, slots=True)
class Step:
    """An action of the policy on an object that is there. It is a move where the life cycle has a verb of its name.

    `obstacle` is what it waits for beside.
    """

    action: str
    obstacle: Obstacle | None = None


class Abilities:
    """The steps of one kind of object. `lifecycle` is that of its state.

    The relations that open its steps must be content with a connection, which reads no rows by the mapper.
    """

    def __init__(self, policy: Policy, *steps: Step | str, lifecycle: Lifecycle[Any] | None = None) -> None:
        self.policy = policy
        self._said: dict[tuple[str, str, str], str] = {}
        self.lifecycle = lifecycle
        self.steps: Sequence[Step] = tuple(step if isinstance(step, Step) else Step(step) for step in steps)
        verbs = {move.verb for move in lifecycle.moves} if lifecycle else set()
        self._verbs = {policy[step.action].name for step in self.steps} & verbs

    def of(self, session: Any, actor: Actor, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every step on the object that these `facts` describe, as `Ability` has it."""
        resource = SimpleNamespace(**facts)
        standing = self.policy.standing(session, actor, resource)
        language = spoken()
        found = []
        for step in self.steps:
            ground = self.policy.weigh(session, actor, step.action, resource, standing)
            if actor.reads_only:
                reason: str | None = READS_ONLY.to(language)
            elif isinstance(ground, Text):
                reason = ground.to(language)
            else:
                reason = self._out_of_turn(step, resource, language)
            if reason is None and step.obstacle and (sentence := step.obstacle(resource, actor)):
                reason = sentence.to(language)
            found.append({"action": step.action, "allowed": reason is None, "reason": reason})
        return found

    def _out_of_turn(self, step: Step, resource: Any, language: str) -> str | None:
        """What the life cycle says against the step in the present state; said once, it is kept."""
        if self.lifecycle is None or step.action not in self._verbs:
            return None
        state = type(self.lifecycle.initial)(getattr(resource, self.lifecycle.column))
        if self.lifecycle.allows(state, step.action):
            return None
        about = (state.value, step.action, language)
        if about not in self._said:
            self._said[about] = self.lifecycle.why_not(state, step.action).to(language)
        return self._said[about]
