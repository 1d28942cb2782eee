"""The policy as a table that an HR officer reads."""

from collections.abc import Iterable

from app.access.policy import Policy
from app.kit.i18n import SOURCE_LANGUAGE, _

_TITLE = _("Qui peut faire quoi")
_INTRO = _(
    "Une ligne par geste. « Qui » nomme les qualités qui l'ouvrent, avec leur condition. « Application » nomme la "
    "portée qu'une application connectée doit détenir pour le même geste. Le refus est la phrase que lit toute autre "
    "personne ; qui ne peut pas même lire un objet reçoit la réponse qu'il n'existe pas."
)
_HEADER = (_("Geste"), _("Qui"), _("Application"), _("Refus"))


def markdown(policies: Iterable[Policy], language: str = SOURCE_LANGUAGE) -> str:
    """Every policy's rows, in the order of the rooms."""
    lines = [f"# {_TITLE.to(language)}", "", _INTRO.to(language)]
    for policy in policies:
        lines += ["", f"## `{policy.subject}`", ""]
        lines.append("| " + " | ".join(text.to(language) for text in _HEADER) + " |")
        lines.append("| --- | --- | --- | --- |")
        for action in policy.actions:
            who = "<br>".join(
                grant.capacity.label.to(language)
                + (f" ({grant.condition.label.to(language)})" if grant.condition else "")
                for grant in action.grants()
            )
            scope = f"`{action.scope}`" if action.scope else "—"
            label, refusal = action.label.to(language), action.refusal.to(language)
            lines.append(f"| `{action.name}` {label} | {who or '—'} | {scope} | {refusal} |")
    return "\n".join(lines) + "\n"
