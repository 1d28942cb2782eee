"""What a provider says of itself (OpenID Connect Discovery 1.0), and the keys it signs with.

Each server process remembers both for an hour, and where the provider does not answer lives on with what it last read
for a day. A key that is not among those known has them read again, at most once a minute.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.kit import outgoing
from app.kit.jose import is_strong
from app.kit.outgoing import Unreachable, is_encrypted
from app.kit.remembered import Away, Remembered
from app.openid.problems import ProviderAway
from app.settings import get_settings

log = structlog.get_logger("essaim.openid")

FRESH_SECONDS: Final = 3600
NEW_KEY_SECONDS: Final = 60


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

    def called(self) -> list[str]:
        """The addresses that this server calls."""
        return [self.token_endpoint, self.userinfo_endpoint, self.jwks_uri]

    def visited(self) -> list[str]:
        """The addresses that a browser goes to."""
        return [self.authorization_endpoint, *filter(None, [self.end_session_endpoint])]


def is_safe(url: str) -> bool:
    """Whether people may be sent there.

    A server that people reach by HTTPS sends nobody to its own machine in the clear.
    """
    return is_encrypted(url, on_trial=get_settings().reach.on_trial)


def is_in_reach(url: str) -> bool:
    """Whether this server may call there: an administrator of an authority names the addresses, the operator says
    which of them are any of theirs (`ESSAIM_OUTGOING_HOSTS`)."""
    return get_settings().reach.allows(url)


class Directory:
    """What the providers say of themselves, by issuer."""

    def __init__(self, fetch: Callable[[str], Mapping[str, Any]] | None = None) -> None:
        self._fetch = fetch or fetch_json
        self._remembered = Remembered()

    def metadata(self, issuer: str) -> Metadata:
        """The provider's metadata. Raises `ProviderAway` where it has none that holds."""
        found: Metadata = self._known(issuer, "metadata", lambda: self._read_metadata(issuer), FRESH_SECONDS)
        return found

    def keys(self, metadata: Metadata, *, unknown: bool = False) -> KeySet:
        """The keys the provider signs with; `unknown`: a signature names one that is not among those remembered."""
        lasts = NEW_KEY_SECONDS if unknown else FRESH_SECONDS
        found: KeySet = self._known(metadata.issuer, "keys", lambda: self._read_keys(metadata), lasts)
        return found

    def _known(self, issuer: str, what: str, read: Callable[[], Any], lasts: float) -> Any:
        try:
            return self._remembered.get((issuer, what), read, lasts=lasts)
        except Away:
            raise ProviderAway from None

    def _read_metadata(self, issuer: str) -> Metadata:
        data = self._fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            metadata = Metadata.model_validate(data)
        except ValidationError as error:
            log.warning("provider misconfigured", issuer=issuer, exc_info=error)
            raise Away from None
        # Section 4.3: a document that speaks for another issuer speaks for nobody.
        if metadata.issuer != issuer or not (
            all(map(is_in_reach, metadata.called())) and all(map(is_safe, metadata.visited()))
        ):
            log.warning("provider misconfigured", issuer=issuer, says=metadata.issuer)
            raise Away
        return metadata

    def _read_keys(self, metadata: Metadata) -> KeySet:
        try:
            found = self._fetch(metadata.jwks_uri)["keys"]
            strong = [key for key in found if is_strong(key, get_settings().smallest_rsa_bits)]
            if len(strong) < len(found):
                log.warning("short keys left out", issuer=metadata.issuer, how_many=len(found) - len(strong))
            return KeySet.import_key_set({"keys": strong})
        except (JoseError, AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("provider without keys", issuer=metadata.issuer, exc_info=error)
            raise Away from None


def fetch_json(url: str) -> Mapping[str, Any]:
    """The JSON object at `url`. Raises `Away` for anything else."""
    try:
        return outgoing.fetch_json(url, get_settings().reach)
    except Unreachable as error:
        log.warning("provider away", url=url, exc_info=error.__cause__)
        raise Away from None


directory: Final = Directory()
"""Of this server process."""
