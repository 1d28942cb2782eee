"""The environment, read once and typed. Every variable is prefixed `ESSAIM_`."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.kit import clock
from app.kit.postgres import ROLE


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


@cache
def get_settings() -> Settings:
    """The environment's settings. A rehearsal's clock is followed from here on."""
    settings = Settings()
    if settings.clock_file is not None:
        clock.follow(settings.clock_file)
    return settings
