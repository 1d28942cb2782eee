"""The environment, read once and typed. Every variable is prefixed `ESSAIM_`."""

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, StringConstraints, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.kit import clock
from app.kit.database import Database
from app.kit.postgres import ROLE
from app.kit.vault import Keyring

SHORTEST_KEY = 32


class Settings(BaseSettings):
    """What an operator may set. Defaults suit one machine with SQLite."""

    model_config = SettingsConfigDict(env_prefix="ESSAIM_", env_file=".env", extra="ignore", frozen=True)

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

    clock_file: Path | None = None
    """For rehearsals only: a file that holds the instant to live at. See `kit.clock.follow`."""

    journal_key_file: Path | None = None
    """The key that signs the journal's checkpoints and exports, made by `essaim audit key`. Without it, nothing is."""

    journal_address_days: int = Field(default=365, ge=1, le=3650)
    """How long the journal knows the network addresses that people called from (CNIL, délibération 2021-122)."""

    worker: Literal["inside", "outside"] = "inside"
    """`inside`: the server seals the journal and delivers its events itself. `outside`: `essaim worker` does."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @cached_property
    def code_key_bytes(self) -> bytes | None:
        """The key of printed codes, or None where the operator gave none. The demonstration's is no secret."""
        if self.code_key_file is not None:
            return self.code_key_file.read_text().strip().encode()
        if self.code_key is not None:
            return self.code_key.get_secret_value().encode()
        return b"the codes of the demonstration open nothing" if self.demo else None

    def model_post_init(self, _context: Any) -> None:
        if self.code_key_bytes is not None and len(self.code_key_bytes) < SHORTEST_KEY:
            raise ValueError(f"ESSAIM_CODE_KEY: {SHORTEST_KEY} characters at least")

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


@cache
def get_settings() -> Settings:
    """The environment's settings. A rehearsal's clock is followed from here on."""
    settings = Settings()
    if settings.clock_file is not None:
        clock.follow(settings.clock_file)
    return settings
