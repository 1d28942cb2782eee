"""Mail, as plain text and HTML, handed to a server by SMTP (RFC 5321, 5322).

`smtp://host:25` speaks in the clear, `smtp://user:password@host:587?starttls=1` turns to TLS first (RFC 3207) and
refuses to go on without it, `smtps://host:465` is TLS from the first byte (RFC 8314). Certificates are always checked;
`?ca=/path.pem` names an authority of one's own. A password is never sent in the clear to another machine.
"""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from app.kit import clock
from app.kit.outgoing import is_this_machine

TIMEOUT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person."""

    to: str
    subject: str
    text: str
    html: str


class MailSettings(Protocol):
    """What sending needs of the settings."""

    @property
    def smtp_url(self) -> str | None: ...

    @property
    def mail_from(self) -> str: ...


def message(sender: str, mail: Mail, message_id: UUID) -> EmailMessage:
    """The message as it travels. `sender` is `Name <box@domain>` or an address alone.

    The id is given, so that a message sent again after a doubt is seen to be the same. Raises `ValueError` for an
    address or a subject that cannot stand in a header.
    """
    domain = parseaddr(sender)[1].partition("@")[2]
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    try:
        # Taken apart here, one address cannot become two.
        made["To"] = Address(addr_spec=mail.to)
    except (MessageError, IndexError) as error:
        raise ValueError("not an address") from error
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(clock.now())
    made["Message-ID"] = f"<{message_id}@{domain}>"
    # No holiday answer, please (RFC 3834).
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content(mail.text)
    made.add_alternative(mail.html, subtype="html")
    return made


def send(settings: MailSettings, mail: Mail, message_id: UUID) -> None:
    """Hand `mail` to the server of `settings`.

    Raises `OSError` (`smtplib.SMTPException` is one) when it cannot be reached or refuses, `ValueError` for settings
    or an address that cannot work.
    """
    if settings.smtp_url is None:
        raise ValueError("no mail server: set ESSAIM_SMTP_URL")
    with _connected(settings.smtp_url) as server:
        server.send_message(message(settings.mail_from, mail, message_id))


def is_protected(url: str) -> bool:
    """Whether nobody on the way to a mail server can read or change what is said: by TLS, or on this machine."""
    parts = urlsplit(url)
    by_tls = parts.scheme == "smtps" or parse_qs(parts.query).get("starttls") == ["1"]
    return by_tls or is_this_machine(parts.hostname or "localhost")


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    host = parts.hostname or "localhost"
    starttls = options.get("starttls") == ["1"]
    context = ssl.create_default_context(cafile=options.get("ca", [None])[0])
    server: smtplib.SMTP
    match parts.scheme:
        case "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
        case "smtp":
            if parts.username and not starttls and not is_this_machine(host):
                raise ValueError("a password is not sent in the clear: add ?starttls=1, or use smtps://")
            server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
        case _:
            raise ValueError(f"a mail server is smtp:// or smtps://, not {parts.scheme}://")
    try:
        if starttls:
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


Send = Callable[[Mail, UUID], None]
"""Hands one message over, or raises."""
