"""What the mail with a link says."""

from app.kit.i18n import _
from app.kit.mail import Mail
from app.people.models import Agent, Authority
from app.web.rendering import render

_SUBJECT = _("Votre lien pour entrer – {authority}")
_CLOSED = _("Entrez avec votre compte professionnel – {authority}")


def link_mail(agent: Agent, authority: Authority, url: str, language: str) -> Mail:
    """The mail that carries `url` to `agent`, in `language`."""
    context = {"authority": authority.name, "name": agent.name, "url": url, "time_zone": authority.time_zone}
    return Mail(
        to=str(agent.email),
        subject=_SUBJECT.format(authority=authority.name).to(language),
        text=render("links/mail.txt", language, context),
        html=render("links/mail.html", language, context),
    )


def closed_mail(agent: Agent, authority: Authority, url: str, language: str) -> Mail:
    """The mail that says to `agent` why no link comes, and that the way in is at `url`."""
    context = {"authority": authority.name, "name": agent.name, "url": url, "time_zone": authority.time_zone}
    return Mail(
        to=str(agent.email),
        subject=_CLOSED.format(authority=authority.name).to(language),
        text=render("links/closed.txt", language, context),
        html=render("links/closed.html", language, context),
    )
