"""What the environment may say, and what is refused at start."""

import json
import urllib.request
from pathlib import Path

import pytest
from pydantic_settings import SettingsError
from typer.testing import CliRunner

from app.cli import main
from app.settings import Settings
from tests.support.post_office import certificate
from tests.support.server import running_server

SECRET = "a-password-that-nobody-repeats"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("ESSAIM_DATABASE_URL", f"sqlite:///{tmp_path / 'unused.db'}")
    monkeypatch.setattr("app.settings.get_settings", Settings)
    return CliRunner()


class TestFiles:
    @pytest.mark.parametrize(
        ("variable", "field", "value"),
        [
            ("ESSAIM_DATABASE_URL", "database_url", f"postgresql://essaim:{SECRET}@127.0.0.1/essaim"),
            ("ESSAIM_SMTP_URL", "smtp_url", f"smtps://essaim:{SECRET}@mail.valmoret.test"),
            ("ESSAIM_MAIL_FROM", "mail_from", "Essaim <essaim@valmoret.test>"),
        ],
    )
    def test_a_setting_is_read_from_a_file(
        self, variable: str, field: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "secret").write_text(value + "\n")
        monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
        assert getattr(Settings(), field) == value

    def test_what_is_json_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "oidc").write_text(json.dumps({"valmoret/oidc": SECRET}))
        monkeypatch.setenv("ESSAIM_OIDC_SECRETS_FILE", str(tmp_path / "oidc"))
        assert Settings().oidc_secrets["valmoret/oidc"].get_secret_value() == SECRET

    def test_every_secret_can_be(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "key").write_text("k" * 44)
        monkeypatch.setenv("ESSAIM_CODE_KEY_FILE", str(tmp_path / "key"))
        monkeypatch.setenv("ESSAIM_PROTECTION_KEY_FILE", str(tmp_path / "key"))
        settings = Settings()
        assert settings.code_key_bytes == b"k" * 44
        assert settings.protection_key_file == tmp_path / "key"

    def test_a_file_named_in_the_env_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "smtp").write_text("smtps://mail.valmoret.test")
        (tmp_path / ".env").write_text(f"ESSAIM_SMTP_URL_FILE={tmp_path / 'smtp'}\n")
        monkeypatch.chdir(tmp_path)
        assert Settings().smtp_url == "smtps://mail.valmoret.test"

    def test_one_or_the_other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "smtp").write_text("smtps://mail.valmoret.test")
        monkeypatch.setenv("ESSAIM_SMTP_URL", "smtps://other.valmoret.test")
        monkeypatch.setenv("ESSAIM_SMTP_URL_FILE", str(tmp_path / "smtp"))
        with pytest.raises(SettingsError, match="set one of them"):
            Settings()

    def test_one_that_is_not_there(
        self, run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ESSAIM_SMTP_URL_FILE", str(tmp_path / "nowhere"))
        result = run.invoke(main, ["migrate"])
        assert (result.exit_code, result.stdout) == (2, "")
        assert "ESSAIM_SMTP_URL_FILE: " in result.stderr


class TestTransport:
    @pytest.mark.parametrize(
        ("url", "kept"),
        [
            ("sqlite:///essaim.db", True),
            ("postgresql:///essaim", True),
            ("postgresql://essaim@/essaim?host=/run/postgresql", True),
            ("postgresql://essaim@127.0.0.1:5433/essaim", True),
            ("postgresql://essaim@[::1]/essaim", True),
            ("postgresql+psycopg://essaim@localhost/essaim", True),
            ("postgresql://essaim@database/essaim?sslmode=verify-full", True),
            ("postgresql://essaim@database/essaim", False),
            ("postgres://essaim@10.0.0.7/essaim", False),
            ("postgresql://essaim@database/essaim?sslmode=require", False),
            ("postgresql://essaim@database/essaim?sslmode=verify-ca", False),
            ("postgresql://essaim@/essaim?host=localhost&host=database", False),
            ("postgresql://essaim@localhost/essaim?hostaddr=10.0.0.7", False),
            ("postgresql:///essaim?service=town", False),
        ],
    )
    def test_postgresql_elsewhere_is_spoken_to_by_tls(self, url: str, kept: bool) -> None:
        if kept:
            assert Settings(database_url=url).database_url == url
            return
        with pytest.raises(ValueError, match="sslmode=verify-full"):
            Settings(database_url=url)
        assert Settings(database_url=url, cleartext_to=frozenset({"database"})).database_url == url

    @pytest.mark.parametrize(
        ("name", "value", "kept"),
        [
            ("PGHOST", "database", False),
            ("PGHOST", "/run/postgresql", True),
            ("PGHOSTADDR", "10.0.0.7", False),
            ("PGSERVICE", "town", False),
        ],
    )
    def test_wherever_the_driver_is_told(
        self, name: str, value: str, kept: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, value)
        if kept:
            assert Settings(database_url="postgresql:///essaim").database_url
        else:
            with pytest.raises(ValueError, match="ESSAIM_DATABASE_URL"):
                Settings(database_url="postgresql:///essaim")
            monkeypatch.setenv("PGSSLMODE", "verify-full")
            assert Settings(database_url="postgresql:///essaim").database_url

    @pytest.mark.parametrize(
        ("url", "kept"),
        [
            ("smtp://127.0.0.1", True),
            ("smtps://mail.valmoret.test", True),
            ("smtp://mail.valmoret.test?starttls=1", True),
            ("smtp://mail.valmoret.test", False),
            ("smtp://mail.valmoret.test?starttls=0", False),
        ],
    )
    def test_so_is_mail(self, url: str, kept: bool) -> None:
        if kept:
            assert Settings(smtp_url=url).smtp_url == url
            return
        with pytest.raises(ValueError, match="ESSAIM_SMTP_URL"):
            Settings(smtp_url=url)
        assert Settings(smtp_url=url, cleartext_to=frozenset({"mail"})).smtp_url == url

    @pytest.mark.parametrize("command", [["serve"], ["worker"], ["migrate"]])
    def test_the_sentence_at_start_repeats_no_secret(
        self, run: CliRunner, command: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ESSAIM_DATABASE_URL", f"postgresql://essaim:{SECRET}@database/essaim")
        monkeypatch.setenv("ESSAIM_THREADS", "many")
        result = run.invoke(main, command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "ESSAIM_THREADS: " in result.stderr
        monkeypatch.delenv("ESSAIM_THREADS")
        result = run.invoke(main, command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("ESSAIM_DATABASE_URL: a PostgreSQL on another machine")
        assert SECRET not in result.stderr

    @pytest.mark.parametrize(
        "hosts", ["https://sso.valmoret.fr", "user@sso.valmoret.fr", "sso.valmoret.fr/x", ":443"]
    )
    def test_hosts_that_are_none(self, hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESSAIM_OUTGOING_HOSTS", hosts)
        with pytest.raises(ValueError, match="separated by commas"):
            Settings()

    def test_hosts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESSAIM_OUTGOING_HOSTS", "Sso.valmoret.fr, sso.valmoret.lan:8443")
        reach = Settings(public_url="https://essaim.valmoret.test").reach
        assert reach.hosts == {("sso.valmoret.fr", 443), ("sso.valmoret.lan", 8443)}
        assert not reach.on_trial


def test_the_server_speaks_tls(database_url: str, tmp_path: Path) -> None:
    """Its health is asked for over TLS by `running_server`, which trusts that one certificate."""
    _context, pem = certificate(tmp_path)
    log = tmp_path / "server.log"
    with running_server(database_url, log, "--tls-certificate", str(pem)) as url:
        assert url.startswith("https://")
        with pytest.raises(OSError, match=r"reset|closed|refused|reply|EOF"):
            urllib.request.urlopen(url.replace("https:", "http:") + "/healthz", timeout=5)
    assert '"level": "error"' not in log.read_text()


def test_a_key_needs_its_certificate(run: CliRunner, tmp_path: Path) -> None:
    _context, pem = certificate(tmp_path)
    result = run.invoke(main, ["serve", "--tls-key", str(pem)])
    assert (result.exit_code, result.stderr) == (1, "--tls-key needs --tls-certificate.\n")
