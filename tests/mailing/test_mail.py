"""Mail as it travels: headers, TLS, passwords, refusals, each with a real server."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.kit.ids import new_id
from app.kit.mail import Mail, message, send
from tests.support.post_office import certificate, only, post_office

SENDER = "Ville de Valmoret <essaim@valmoret.test>"
MAIL = Mail("alice@valmoret.test", "Votre lien – été", "Bonjour Éloïse", "<p>Bonjour Éloïse</p>")


def settings(url: str | None) -> Any:
    return SimpleNamespace(smtp_url=url, mail_from=SENDER)


class TestMessage:
    def test_headers(self) -> None:
        mail_id = new_id()
        made = message(SENDER, MAIL, mail_id)
        assert made["From"] == SENDER
        assert made["To"] == "alice@valmoret.test"
        assert made["Message-ID"] == f"<{mail_id}@valmoret.test>"
        assert made["Auto-Submitted"] == "auto-generated"
        assert made["Date"].datetime is not None
        assert made["Subject"] == "Votre lien – été"

    def test_text_first_then_html(self) -> None:
        parts = list(message(SENDER, MAIL, new_id()).iter_parts())
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        assert [part.get_content().strip() for part in parts] == ["Bonjour Éloïse", "<p>Bonjour Éloïse</p>"]

    @pytest.mark.parametrize(
        "to", ["a@b.test, c@d.test", "a@b.test\r\nBcc: c@d.test", "Alice <a@b.test>", "nobody", ""]
    )
    def test_one_address_cannot_become_two(self, to: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            message(SENDER, Mail(to, "s", "t", "h"), new_id())

    def test_a_subject_cannot_become_a_header(self) -> None:
        with pytest.raises(ValueError, match=r"."):
            message(SENDER, Mail("a@b.test", "s\r\nBcc: c@d.test", "t", "h"), new_id())


class TestSend:
    def test_plain(self) -> None:
        with post_office() as office:
            send(settings(office.url), MAIL, new_id())
            [envelope] = office.envelopes
        assert envelope.rcpt_tos == ["alice@valmoret.test"]
        assert envelope.mail_from == "essaim@valmoret.test"
        assert office.tls == 0

    def test_starttls_and_password(self, tmp_path: Path) -> None:
        context, authority = certificate(tmp_path)
        options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": only("essaim", "p@ss word"),
        }
        with post_office(**options) as office:
            query = f"?starttls=1&ca={authority}"
            address = f"127.0.0.1:{office.port}"
            send(settings(f"smtp://essaim:p%40ss%20word@{address}{query}"), MAIL, new_id())
            assert (len(office.messages), office.tls) == (1, 1)
            with pytest.raises(OSError, match="535"):
                send(settings(f"smtp://essaim:wrong@{address}{query}"), MAIL, new_id())
            with pytest.raises(OSError, match="certificate verify failed"):
                send(settings(f"smtp://essaim:p%40ss%20word@{address}?starttls=1"), MAIL, new_id())
            with pytest.raises(OSError, match="530"):
                send(settings(f"smtp://{address}"), MAIL, new_id())
            assert len(office.messages) == 1

    def test_tls_from_the_first_byte(self, tmp_path: Path) -> None:
        context, authority = certificate(tmp_path)
        with post_office(ssl_context=context) as office:
            send(settings(f"smtps://127.0.0.1:{office.port}?ca={authority}"), MAIL, new_id())
            assert office.tls == 1

    def test_tls_that_is_asked_for_is_had_or_nothing_is_sent(self) -> None:
        with post_office() as office:
            with pytest.raises(OSError, match="STARTTLS"):
                send(settings(office.url + "?starttls=1"), MAIL, new_id())
            assert office.messages == []

    def test_a_refusal(self) -> None:
        with post_office() as office:
            office.answer = "550 no"
            with pytest.raises(OSError, match="550"):
                send(settings(office.url), MAIL, new_id())

    def test_nobody_there(self) -> None:
        with post_office() as office:
            url = office.url
        with pytest.raises(OSError, match="refused"):
            send(settings(url), MAIL, new_id())

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            (None, "ESSAIM_SMTP_URL"),
            ("http://127.0.0.1:1", "smtp://"),
            ("smtp://essaim:secret@mail.valmoret.test:25", "in the clear"),
        ],
    )
    def test_settings_that_cannot_work(self, url: str | None, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            send(settings(url), MAIL, new_id())
