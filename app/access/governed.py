"""Which row of the policy opens a route: said where the route is declared, and checked for every route by a test."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from app.access.policy import Policy

E = TypeVar("E", bound=Callable[..., Any])
_MARK = "__essaim_rule__"


@dataclass(frozen=True, slots=True)
class Rule:
    """The policy's `actions` that an endpoint asks for; without a policy, `reason` says why it asks for none."""

    policy: Policy | None
    actions: tuple[str, ...] = ()
    reason: str = ""

    def stated(self) -> str:
        """The rule in a cell of a table."""
        if self.policy is None:
            return self.reason
        return ", ".join(f"`{self.policy.subject}.{action}`" for action in self.actions)


@dataclass(frozen=True, slots=True)
class Governed:
    """A method and a path of the application, and what was declared of them; None where nothing was."""

    method: str
    path: str
    rule: Rule | None


def governed_by(policy: Policy, *actions: str) -> Callable[[E], E]:
    """Declare, under the route's own decorator, the actions of `policy` that open it.

    Raises `KeyError` for a row that is not there.
    """
    return _marked(Rule(policy, tuple(policy[action].name for action in actions)))


def open_to_all(reason: str) -> Callable[[E], E]:
    """Declare that no row of the policy opens this route, and why: signing in, one's own sessions."""
    return _marked(Rule(None, reason=reason))


def rule_of(endpoint: Callable[..., Any]) -> Rule | None:
    """What was declared of an endpoint; None where nothing was."""
    return getattr(endpoint, _MARK, None)


def governed(routes: Iterable[Any]) -> Iterator[Governed]:
    """Every method and path that `routes` answer for. What is mounted answers for the whole of its path."""
    for route in routes:
        rule = rule_of(route.endpoint) if hasattr(route, "endpoint") else None
        for method in sorted((getattr(route, "methods", None) or {"*"}) - {"HEAD"}):
            yield Governed(method, route.path, rule)


def _marked(rule: Rule) -> Callable[[E], E]:
    def mark(endpoint: E) -> E:
        setattr(endpoint, _MARK, rule)
        return endpoint

    return mark
