"""The environment, read once and typed. Every variable is prefixed `ESSAIM_`."""

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from app.kit import clock, mail, postgres
from app.kit.database import Database
from app.kit.outgoing import PORTS, Reach
from app.kit.postgres import ROLE
from app.kit.vault import Keyring

SHORTEST_KEY = 32


class SealSettings(BaseModel):
    """Where an authority's seal is: in a PKCS#12 file, or in a device behind a PKCS#11 library.

    `pin_file` holds the passphrase of the file, or the PIN of the device. `chain_file` holds the certificates (PEM)
    between the seal's own and its root. `key` is the label of the key, by default that of the certificate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pkcs12_file: Path | None = None
    pkcs11_library: Path | None = None
    token: str | None = None
    certificate: str | None = None
    key: str | None = None
    pin_file: Path | None = None
    chain_file: Path | None = None

    def model_post_init(self, _context: Any) -> None:
        if (self.pkcs12_file is None) == (self.pkcs11_library is None):
            raise ValueError("a seal is in a pkcs12_file or behind a pkcs11_library")
        if self.pkcs11_library and not (self.token and self.certificate and self.pin_file):
            raise ValueError("a seal behind a pkcs11_library has a token, a certificate and a pin_file")

    def pin(self) -> str | None:
        """The passphrase or PIN. Raises `OSError`."""
        return self.pin_file.read_text().rstrip("\r\n") if self.pin_file else None


class _Files(EnvSettingsSource):
    """`ESSAIM_X_FILE` names a file that holds what `ESSAIM_X` would, as Docker and systemd hand secrets over."""

    def __init__(self, settings_cls: type[BaseSettings], *variables: EnvSettingsSource) -> None:
        self._variables = {name: value for source in variables for name, value in source.env_vars.items()}
        super().__init__(settings_cls)

    def _load_env_vars(self) -> dict[str, str | None]:
        read: dict[str, str | None] = {}
        for field in self.settings_cls.model_fields:
            name = f"{self.env_prefix}{field}".lower()
            path = self._variables.get(f"{name}_file")
            if not path or f"{field}_file" in self.settings_cls.model_fields:
                continue
            if self._variables.get(name):
                raise SettingsError(f"{name.upper()} and {name.upper()}_FILE: set one of them")
            try:
                read[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{name.upper()}_FILE: {path} cannot be read ({error})") from None
        return read


class Settings(BaseSettings):
    """What an operator may set. Defaults suit one machine with SQLite.

    Each is `ESSAIM_X`, or `ESSAIM_X_FILE`: a file that holds it. Raises `ValueError`, never repeating what was given.
    """

    model_config = SettingsConfigDict(
        env_prefix="ESSAIM_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: str = f"sqlite:///{Path('essaim.db')}"
    """SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://user@host/name` (`postgresql://` is accepted)."""

    database_role: str = Field(default=ROLE, pattern=r"^[a-z_][a-z0-9_]{0,49}$")
    """PostgreSQL only: the role to work under, which owns nothing; `essaim migrate` makes it."""

    public_url: str = "http://127.0.0.1:8000"
    """Where people reach this server; written into links."""

    log_format: Literal["json", "console"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    max_body_bytes: int = Field(default=1_048_576, ge=1024)
    """A larger request body is refused with 413."""

    max_file_bytes: int = Field(default=8_388_608, ge=65_536)
    """The same for the few requests that carry a PDF: the file, before it is written in base64."""

    threads: int = Field(default=16, ge=1, le=200)
    """Requests worked on at once by one server process; the connection pools have the same size."""

    token_memory_seconds: float = Field(default=5, ge=0, le=60)
    """How long a server process trusts what it last read of a token: revoking takes at most this long. 0: no memory."""

    session_idle_seconds: int = Field(default=43_200, ge=60)
    """A browser's session ends when nothing was asked of it for so long."""

    shared_session_idle_seconds: int = Field(default=1_800, ge=60)
    """The same for sessions opened with a printed code, on a computer that others use too."""

    session_seconds: int = Field(default=604_800, ge=60)
    """A session ends so long after it was opened, whatever was asked of it."""

    fresh_seconds: int = Field(default=900, ge=60)
    """Signing a mandate asks that one has shown who one is within so long."""

    writes_per_minute: int = Field(default=300, ge=1, le=1_000_000)
    """How much one person may send that changes something, for each server process."""

    client_writes_per_minute: int = Field(default=1_200, ge=1, le=1_000_000)
    """The same for one connected application."""

    searches_per_minute: int = Field(default=120, ge=1, le=1_000_000)
    """How often one person or application may search by words, for each server process."""

    exports_per_hour: int = Field(default=60, ge=1, le=1_000_000)
    """How many whole lists (NDJSON, CSV) and sheets of codes one person or application may take, in all."""

    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """The proxies in front, by address or network, as in `10.0.0.7,10.1.0.0/16`. They alone are believed when they say
    from where a request comes, and whether it came by HTTPS (`X-Forwarded-For`, `X-Forwarded-Proto`)."""

    outgoing_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    """The servers that administrators may have this one call (identity providers, key sets of machines), as in
    `auth.agentconnect.gouv.fr,sso.valmoret.lan:8443`: those alone. Without any: wherever addresses are public."""

    cleartext_to: Annotated[frozenset[Literal["database", "mail"]], NoDecode] = frozenset()
    """Which of the two may be spoken to without TLS on another machine: because the network between is trusted."""

    smallest_rsa_bits: int = Field(default=2048, ge=2048, le=4096)
    """Shorter RSA keys of providers and machines verify nothing. 3072 is 128 bits of security (NIST SP 800-57)."""

    oidc_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """The secrets of OpenID clients, as JSON: `{"valmoret/oidc": "…"}`, by authority's slug and `secret_name`."""

    smtp_url: str | None = Field(default=None, repr=False)
    """The mail server: `smtp://user:password@host:587?starttls=1`, `smtps://host:465`. Without it, no links by mail."""

    mail_from: str = "Essaim <essaim@localhost>"
    """Who mail comes from: `Name <box@domain>`."""

    code_key: SecretStr | None = None
    """The key under which printed codes are kept: 32 characters at least. Without one, no printed codes."""

    code_key_file: Path | None = None
    """A file that holds it, instead."""

    code_days: int = Field(default=30, ge=1, le=365)
    """How long a printed code opens, in days."""

    protection_key: SecretStr = SecretStr("")
    """What locks the identities of protected reporters: `essaim protection new-key` makes one. Several, separated by
    spaces: the first locks, all open. Without one, nobody can report under protection."""

    protection_key_file: Path | None = None
    """A file that holds the same, one key a line, for servers whose secrets are files."""

    demo: bool = False
    """Set by `essaim demo` alone: anybody may enter as anybody of its fictitious town."""
    operators: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 -]{0,49}$")],
        Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")],
    ] = Field(default_factory=dict)
    """Who may create authorities: a service's name → its token's SHA-256, as `essaim operator NAME` prints them."""

    seals: dict[str, SealSettings] = Field(default_factory=dict)
    """The seals of authorities, as JSON by slug: `{"valmoret": {"pkcs12_file": "/…", "pin_file": "/…"}}`. An authority
    without one gets a seal for demonstrations, which says that it has no legal value."""

    signature_roots: dict[str, Path] = Field(default_factory=dict)
    """By an authority's slug, the file (PEM) of the roots that it trusts for signatures given elsewhere."""

    timestamp_url: str | None = None
    """A timestamp authority (RFC 3161): sealed files get its timestamp and what proves them in the long term."""

    timestamp_roots_file: Path | None = None
    """The roots (PEM) of its certificate. Without any, a timestamp is taken as it comes."""

    timestamp_seconds: float = Field(default=10, ge=1, le=120)
    """How long its answer is waited for."""

    clock_file: Path | None = None
    """For rehearsals only: a file that holds the instant to live at. See `kit.clock.follow`."""

    journal_key_file: Path | None = None
    """The key that signs the journal's checkpoints and exports, made by `essaim audit key`. Without it, nothing is."""

    journal_address_days: int = Field(default=365, ge=1, le=3650)
    """How long the journal knows the network addresses that people called from (CNIL, délibération 2021-122)."""

    worker: Literal["inside", "outside"] = "inside"
    """`inside`: the server seals the journal and delivers its events itself. `outside`: `essaim worker` does."""

    @field_validator("trusted_proxies", "outgoing_hosts", "cleartext_to", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        variables = [s for s in (dotenv_settings, env_settings) if isinstance(s, EnvSettingsSource)]
        return init_settings, env_settings, dotenv_settings, _Files(settings_cls, *variables)

    @field_validator("outgoing_hosts", mode="after")
    @classmethod
    def _are_hosts(cls, value: frozenset[str]) -> frozenset[str]:
        for name in value:
            if not _host_and_port(name)[0] or "/" in name or "@" in name:
                raise ValueError("hosts, separated by commas: sso.valmoret.fr, sso.valmoret.lan:8443")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:  # noqa: N804 pydantic gives the instance
        if "database" not in self.cleartext_to and not postgres.is_protected(self.database_url):
            raise ValueError(
                "ESSAIM_DATABASE_URL: a PostgreSQL on another machine needs ?sslmode=verify-full&sslrootcert=/ca.pem, "
                "or ESSAIM_CLEARTEXT_TO=database where the network between is trusted"
            )
        if self.code_key_bytes is not None and len(self.code_key_bytes) < SHORTEST_KEY:
            raise ValueError(f"ESSAIM_CODE_KEY: {SHORTEST_KEY} characters at least")
        if self.smtp_url and "mail" not in self.cleartext_to and not mail.is_protected(self.smtp_url):
            raise ValueError(
                "ESSAIM_SMTP_URL: a mail server on another machine needs smtps:// or ?starttls=1, "
                "or ESSAIM_CLEARTEXT_TO=mail where the network between is trusted"
            )
        return self

    @cached_property
    def reach(self) -> Reach:
        """Where administrators may have this server call."""
        return Reach(
            frozenset(map(_host_and_port, self.outgoing_hosts)),
            on_trial=not self.public_url.startswith("https:"),
        )

    @cached_property
    def code_key_bytes(self) -> bytes | None:
        """The key of printed codes, or None where the operator gave none. The demonstration's is no secret."""
        if self.code_key_file is not None:
            return self.code_key_file.read_text().strip().encode()
        if self.code_key is not None:
            return self.code_key.get_secret_value().encode()
        return b"the codes of the demonstration open nothing" if self.demo else None

    def open_database(self) -> Database:
        """The database that is named here, under the role that is named here."""
        return Database(self.database_url, threads=self.threads, role=self.database_role)

    def keyring(self) -> Keyring | None:
        """The keys of protected identities, or None without any.

        Raises `ValueError` for a key that is not one, `OSError` for a file that cannot be read.
        """
        keys = self.protection_key.get_secret_value().split()
        if self.protection_key_file is not None:
            keys += self.protection_key_file.read_text().split()
        return Keyring.of(keys) if keys else None


def _host_and_port(name: str) -> tuple[str, int]:
    parts = urlsplit(f"//{name}")
    return parts.hostname or "", parts.port or PORTS["https"]


@cache
def get_settings() -> Settings:
    """The environment's settings. A rehearsal's clock is followed from here on."""
    settings = Settings()
    if settings.clock_file is not None:
        clock.follow(settings.clock_file)
    return settings
