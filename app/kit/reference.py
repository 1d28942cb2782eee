"""Reference pages made from what the code declares: life cycles and refusals."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.kit.i18n import SOURCE_LANGUAGE, _
from app.kit.lifecycle import Lifecycle
from app.kit.problems import Problem


def lifecycles_markdown(lifecycles: Iterable[Lifecycle[Any]], language: str = SOURCE_LANGUAGE) -> str:
    """Each life cycle as a diagram and a table of verbs."""
    lines = [f"# {_('Cycles de vie').to(language)}", "", _INTRO.to(language)]
    for cycle in lifecycles:
        lines += ["", f"## {cycle.title.to(language)} (`{cycle.name}`)", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {state.value}: {state.label.to(language)}" for state in cycle.states]
        lines.append(f"    [*] --> {cycle.initial.value}")
        for move in cycle.moves:
            lines += [f"    {source.value} --> {move.target.value}: {move.verb}" for source in move.sources]
        final = [state for state in cycle.states if not cycle.possible(state)]
        lines += [f"    {state.value} --> [*]" for state in final]
        lines += ["```", "", "| " + " | ".join(text.to(language) for text in _HEADER) + " |"]
        lines.append("| --- | --- | --- | --- |")
        for move in cycle.moves:
            sources = ", ".join(f"`{source.value}`" for source in move.sources)
            label, by = move.label.to(language), move.by.to(language)
            lines.append(f"| `{move.verb}` {label} | {sources} | `{move.target.value}` | {by} |")
    return "\n".join(lines) + "\n"


def problems_markdown(language: str = "en") -> str:
    """Every refusal the API may answer with, by its stable type."""
    lines = ["# Problems", "", "Every refusal is an RFC 9457 document whose `type` is one of these.", ""]
    lines += ["| type | status | title |", "| --- | --- | --- |"]
    known = {problem.slug: problem for problem in _subclasses(Problem) if hasattr(problem, "slug")}
    for slug, problem in sorted(known.items(), key=lambda pair: (pair[1].status, pair[0])):
        lines.append(f"| `urn:essaim:problem:{slug}` | {problem.status} | {problem.title.to(language)} |")
    return "\n".join(lines) + "\n"


_INTRO = _(
    "Un geste absent du tableau est refusé (409), et le refus nomme les gestes possibles. Chaque geste compare l'état "
    "au moment d'écrire : de deux personnes qui agissent en même temps, une seule l'emporte."
)
_HEADER = (_("Geste"), _("Depuis"), _("Vers"), _("Par"))


def _subclasses(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)
