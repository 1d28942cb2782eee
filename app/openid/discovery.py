"""What a provider says of itself (OpenID Connect Discovery 1.0), and the keys it signs with.

Each server process remembers both for an hour, and where the provider does not answer lives on with what it last read
for a day. A key that is not among those known has them read again, at most once a minute.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import structlog
import urllib3
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.openid.problems import ProviderAway
from app.settings import get_settings

log = structlog.get_logger("essaim.openid")

TIMEOUT: Final = (3.05, 5.0)
"""Seconds to connect, and between two reads."""

WHOLE_SECONDS: Final = 10.0
"""How long the whole of an answer may take."""

MAX_BYTES: Final = 512 * 1024
UNREADABLE: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
    ValueError,
    RecursionError,
)
"""What an answer that is cut, too long, too slow, or no JSON is found out by."""

FRESH_SECONDS: Final = 3600
STALE_SECONDS: Final = 86_400
NEW_KEY_SECONDS: Final = 60
PATIENCE: Final = 1.0
"""Seconds that a thread waits for another's turn with a provider."""

DOWN_SECONDS: Final = 5
"""How long a provider that did not answer is not asked again, so that it does not take every thread."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Metadata(BaseModel):
    """The members of a provider's metadata that we use (section 3)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = Field(default_factory=list)
    authorization_response_iss_parameter_supported: bool = False

    def endpoints(self) -> list[str]:
        """Every address that it would have us or the browser go to."""
        optional = [self.end_session_endpoint] if self.end_session_endpoint else []
        return [
            self.authorization_endpoint,
            self.token_endpoint,
            self.userinfo_endpoint,
            self.jwks_uri,
            *optional,
        ]


def is_safe(url: str) -> bool:
    """Whether secrets and people may be sent there: by TLS, or to this very machine where we are on trial ourselves.

    A server that people reach by HTTPS asks nothing of its own machine in the clear: an administrator of an authority
    names the addresses, and what else listens there is none of theirs.
    """
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https"
            or (
                parts.scheme == "http"
                and parts.hostname in LOOPBACK
                and not get_settings().public_url.startswith("https:")
            )
        )
    except ValueError:
        return False


@dataclass(slots=True)
class _Memory:
    value: Any
    read_at: float

    def is_younger(self, seconds: float) -> bool:
        return time.monotonic() - self.read_at < seconds


class Directory:
    """What the providers say of themselves, by issuer."""

    def __init__(self, fetch: Callable[[str], Mapping[str, Any]] | None = None) -> None:
        self._fetch = fetch or fetch_json
        self._known: dict[tuple[str, str], _Memory] = {}
        self._down: dict[str, float] = {}
        self._reading: dict[tuple[str, str], Lock] = {}

    def metadata(self, issuer: str) -> Metadata:
        """The provider's metadata. Raises `ProviderAway` where it has none that holds."""
        found: Metadata = self._remembered(
            (issuer, "metadata"), lambda: self._read_metadata(issuer), lasts=FRESH_SECONDS
        )
        return found

    def keys(self, metadata: Metadata, *, unknown: bool = False) -> KeySet:
        """The keys the provider signs with; `unknown`: a signature names one that is not among those remembered."""
        lasts = NEW_KEY_SECONDS if unknown else FRESH_SECONDS
        found: KeySet = self._remembered(
            (metadata.issuer, "keys"), lambda: self._read_keys(metadata), lasts=lasts
        )
        return found

    def _remembered(self, key: tuple[str, str], read: Callable[[], Any], *, lasts: float) -> Any:
        """What is known, or read anew by one thread: the others take what was known, or wait a moment for it."""
        known = self._known.get(key)
        if known is None or not known.is_younger(lasts):
            reading = self._reading.setdefault(key, Lock())
            if reading.acquire(timeout=0 if known else PATIENCE):
                try:
                    self._read_anew(key, read, lasts)
                finally:
                    reading.release()
        known = self._known.get(key)
        if known is None or not known.is_younger(max(lasts, STALE_SECONDS)):
            raise ProviderAway
        return known.value

    def _read_anew(self, key: tuple[str, str], read: Callable[[], Any], lasts: float) -> None:
        known, issuer = self._known.get(key), key[0]
        if (known and known.is_younger(lasts)) or self._down.get(issuer, 0) > time.monotonic():
            return
        try:
            self._known[key] = _Memory(read(), time.monotonic())
        except ProviderAway:
            self._down[issuer] = time.monotonic() + DOWN_SECONDS

    def _read_metadata(self, issuer: str) -> Metadata:
        data = self._fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            metadata = Metadata.model_validate(data)
        except ValidationError as error:
            log.warning("provider misconfigured", issuer=issuer, exc_info=error)
            raise ProviderAway from None
        # Section 4.3: a document that speaks for another issuer speaks for nobody.
        if metadata.issuer != issuer or not all(is_safe(url) for url in metadata.endpoints()):
            log.warning("provider misconfigured", issuer=issuer, says=metadata.issuer)
            raise ProviderAway
        return metadata

    def _read_keys(self, metadata: Metadata) -> KeySet:
        try:
            return KeySet.import_key_set(self._fetch(metadata.jwks_uri))  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            log.warning("provider without keys", issuer=metadata.issuer, exc_info=error)
            raise ProviderAway from None


def fetch_json(url: str) -> Mapping[str, Any]:
    """The JSON object at `url`. Raises `ProviderAway` for anything else."""
    try:
        with requests.get(
            url, headers={"Accept": "application/json"}, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as response:
            if response.status_code != requests.codes.ok:
                raise ValueError(f"status {response.status_code}")
            data = json.loads(content_of(response))
    except UNREADABLE as error:
        log.warning("provider away", url=url, exc_info=error)
        raise ProviderAway from None
    if not isinstance(data, dict):
        log.warning("provider away", url=url, says=type(data).__name__)
        raise ProviderAway
    return data


def content_of(response: requests.Response) -> bytes:
    """The body of a streamed answer. Raises one of `UNREADABLE` where it is too long or takes too long."""
    until, content = time.monotonic() + WHOLE_SECONDS, bytearray()
    # As it comes: by chunks of a size, an answer that drips would be waited for.
    while chunk := response.raw.read1(65_536, decode_content=True):
        content += chunk
        if len(content) > MAX_BYTES or time.monotonic() > until:
            raise ValueError("too long")
    return bytes(content)


directory: Final = Directory()
"""Of this server process."""
