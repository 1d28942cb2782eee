"""The policy as tables that an HR officer reads: an object each, a line per act, a column per capacity."""

from collections.abc import Iterable, Mapping, Sequence

from app.access.capacity import Capacity
from app.access.governed import Governed
from app.access.policy import Action, Condition, Policy
from app.kit.i18n import SOURCE_LANGUAGE, Text, _

YES = "●"
COLUMNS = tuple(capacity for capacity in Capacity if capacity not in {Capacity.CLIENT, Capacity.SYSTEM})
"""The capacities of people, in the order of the columns."""

_FRESH = _("{act} (après s'être identifié à nouveau)")
_TITLE = _("Qui peut faire quoi")
_INTRO = _(
    "Un tableau par objet, une ligne par geste, une colonne par qualité. « {yes} » : oui. « si 1 » : oui, à la "
    "condition numérotée sous le tableau. Case vide : non. Une personne cumule ses qualités, et peut ce que l'une "
    "d'elles lui ouvre. Qui ne peut pas même lire un objet reçoit la réponse qu'il n'existe pas ; qui peut le lire "
    "sans pouvoir le geste lit la phrase citée sous le tableau. « Application » nomme la portée qu'une application "
    "connectée doit détenir pour le même geste. Rien d'autre que ces tableaux ne décide."
)
_CAPACITIES = _("Les qualités")
_EVERYWHERE = _("Partout dans la collectivité, parce qu'on y travaille ou qu'on en a reçu la charge :")
_TOWARDS = _("À l'égard d'un objet, parce que les faits le disent :")
_ACT, _APPLICATION, _NAME = _("Geste"), _("Application"), _("Nom")
_IF, _OR = _("si {numbers}"), _(" ou ")
_ANY = _("toute")
_CONDITIONS, _REFUSALS = _("Conditions :"), _("À qui ne le peut pas, il est répondu :")
_ROUTES = _("Annexe : les adresses")
_ROUTES_INTRO = _(
    "Chaque adresse de l'application, et la ligne qui l'ouvre. Une adresse qui n'en nomme aucune dit pourquoi ; une "
    "adresse qui ne dit rien arrête les essais."
)
_ADDRESS, _LINE = _("Adresse"), _("Ligne")

MEANINGS: Mapping[Capacity, Text] = {
    Capacity.AGENT: _("toute personne employée par la collectivité"),
    Capacity.LAB: _("l'équipe qui conduit le programme"),
    Capacity.HR: _("les personnes des ressources humaines que l'administration a désignées"),
    Capacity.ELECTED: _("membre de l'assemblée, qui suit le programme sans les noms"),
    Capacity.TRUSTED: _(
        "une personne nommée pour ouvrir, en disant pourquoi, l'identité d'un signalement protégé"
    ),
    Capacity.ADMINISTRATOR: _("la personne qui règle la plateforme pour la collectivité"),
    Capacity.OPERATOR: _("le service qui fait tourner Essaim : il crée les collectivités, et n'y voit rien"),
    Capacity.REPORTER: _("la personne qui a signalé cet irritant"),
    Capacity.APPLICANT: _("la personne qui a déposé cette candidature"),
    Capacity.MANAGER: _(
        "le N+1 de l'agent, la tête de sa direction s'il n'en a pas, ou qui assure leur intérim"
    ),
    Capacity.MEMBER: _("une personne de cette équipe, aujourd'hui"),
    Capacity.COACH: _("la personne qui accompagne cette équipe"),
    Capacity.HEAD: _("la personne à la tête de la direction que l'objet concerne, ou qui assure son intérim"),
    Capacity.SPONSOR: _("la personne qui protège cette équipe"),
    Capacity.PARTY: _(
        "une personne dont ce mandat attend ou porte la signature, ou qui peut signer en son nom par un acte daté"
    ),
    Capacity.OWNER: _("la personne dont c'est la fiche, la demi-journée, la page, l'engagement ou l'avis"),
}
_RELATIVE = COLUMNS.index(Capacity.REPORTER)


def markdown(
    policies: Iterable[Policy], routes: Iterable[Governed] = (), language: str = SOURCE_LANGUAGE
) -> str:
    """Every policy's rows, in the order of the rooms, then the `routes` and what opens each."""
    lines = [f"# {_TITLE.to(language)}", "", _INTRO.format(yes=YES).to(language)]
    lines += ["", f"## {_CAPACITIES.to(language)}"]
    for intro, group in ((_EVERYWHERE, COLUMNS[:_RELATIVE]), (_TOWARDS, COLUMNS[_RELATIVE:])):
        lines += ["", intro.to(language), ""]
        lines += [
            f"- **{one.label.to(language)}** : {MEANINGS.get(one, one.label).to(language)}" for one in group
        ]
    for policy in policies:
        lines += _object(policy, language)
    return "\n".join([*lines, *_addresses(routes, language)]) + "\n"


def _object(policy: Policy, language: str) -> list[str]:
    named = {grant.capacity for action in policy.actions for grant in action.grants()}
    columns = [capacity for capacity in COLUMNS if capacity in named]
    conditions: dict[Condition, int] = {}
    for action in policy.actions:
        for grant in action.grants():
            if grant.condition:
                conditions.setdefault(grant.condition, len(conditions) + 1)
    lines = ["", f"## {policy.title.to(language)}", ""]
    lines.append(_row([_ACT, *(capacity.label for capacity in columns), _APPLICATION, _NAME], language))
    lines.append("| --- |" + " :-: |" * len(columns) + " --- | --- |")
    for action in policy.actions:
        cells = [_cell(action, capacity, conditions, language) for capacity in columns]
        name = f"`{policy.subject}.{action.name}`"
        act = _FRESH.format(act=action.label) if action.fresh else action.label
        lines.append(_row([act, *cells, _application(action, language), name], language))
    if conditions:
        lines += ["", _CONDITIONS.to(language), ""]
        lines += [f"{number}. {one.label.to(language)}" for one, number in conditions.items()]
    refusals: dict[str, list[str]] = {}
    for action in policy.actions:
        refusals.setdefault(action.refusal.to(language), []).append(action.label.to(language))
    lines += ["", _REFUSALS.to(language), ""]
    return lines + [f"- « {sentence} » ({' ; '.join(acts)})" for sentence, acts in refusals.items()]


def _cell(action: Action, capacity: Capacity, conditions: Mapping[Condition, int], language: str) -> str:
    grants = [grant for grant in action.grants() if grant.capacity is capacity]
    if not grants:
        return ""
    numbers = [str(conditions[grant.condition]) for grant in grants if grant.condition]
    if len(numbers) < len(grants):
        return YES
    return _IF.format(numbers=_OR.to(language).join(numbers)).to(language)


def _application(action: Action, language: str) -> str:
    if any(grant.capacity is Capacity.CLIENT for grant in action.grants()):
        return _ANY.to(language)
    return f"`{action.scope}`" if action.scope else "—"


def _addresses(routes: Iterable[Governed], language: str) -> list[str]:
    rows = [
        _row([f"`{route.method} {route.path}`", route.rule.stated() if route.rule else "?"], language)
        for route in routes
    ]
    if not rows:
        return []
    head = ["", f"## {_ROUTES.to(language)}", "", _ROUTES_INTRO.to(language), ""]
    return [*head, _row([_ADDRESS, _LINE], language), "| --- | --- |", *rows]


def _row(cells: Sequence[Text | str], language: str) -> str:
    return "| " + " | ".join(cell.to(language) if isinstance(cell, Text) else cell for cell in cells) + " |"
