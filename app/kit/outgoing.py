"""Calls to servers whose address somebody gives: where they may go, and how much of an answer is read.

A name is resolved once, each address is held against the rules, and the connection goes to one that passed: a name that
resolves differently a moment later leads nowhere else (DNS rebinding). No redirect is followed.
"""

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

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

MAX_ADDRESSES: Final = 3
"""How many addresses of a name are tried: each may take as long as a connection may."""

PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = ip_network("64:ff9b::/96")
Address: TypeAlias = IPv4Address | IPv6Address


class Unreachable(Exception):
    """There was no answer, or none that can be read. Why is in its cause."""


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address is the loopback's, without asking anybody."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Reach:
    """Where calls may go.

    `hosts`: there and nowhere else, whatever their addresses are; a host's port is 443 unless it is given. Without any,
    wherever addresses are public (RFC 6890). `on_trial`: to this very machine too, in the clear even; for servers that
    people do not reach by HTTPS themselves.
    """

    hosts: frozenset[tuple[str, int]] = frozenset()
    on_trial: bool = False

    def allows(self, url: str) -> bool:
        """Whether `url` may be called, as far as can be told without resolving its name."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        if not is_encrypted(url, on_trial=self.on_trial):
            return False
        if self.hosts:
            return (host, port) in self.hosts
        try:
            return self.admits(ip_address(host))
        except ValueError:
            return self.on_trial or not is_this_machine(host)

    def admits(self, address: Address) -> bool:
        """Whether a connection may be made to this address of a host that is allowed."""
        if self.hosts or (self.on_trial and address.is_loopback):
            return True
        within = _within(address)
        return within.is_global and not within.is_multicast


def is_encrypted(url: str, *, on_trial: bool) -> bool:
    """Whether secrets and people may be sent there: by TLS, or to this very machine where we are on trial ourselves."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and on_trial and is_this_machine(host or ""))
    )


def _within(address: Address) -> Address:
    """The address of the older protocol that one of the newer leads to, or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def guard(session: requests.Session, reach: Reach) -> requests.Session:
    """The session, which goes nowhere else from now on."""
    adapter = _Guarded(reach)
    for scheme in PORTS:
        session.mount(f"{scheme}://", adapter)
    return session


def fetch_json(url: str, reach: Reach) -> Mapping[str, Any]:
    """The JSON object at `url`. Raises `Unreachable` for anything else."""
    try:
        with (
            guard(requests.Session(), reach) as session,
            session.get(
                url,
                headers={"Accept": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if response.status_code != requests.codes.ok:
                raise ValueError(f"status {response.status_code}")
            data = json.loads(content_of(response))
        if not isinstance(data, dict):
            raise TypeError(f"not an object but {type(data).__name__}")
    except (*UNREADABLE, TypeError) as error:
        raise Unreachable from error
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


class _Guarded(HTTPAdapter):
    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._reach)

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        url = request.url or ""
        if not self._reach.allows(url):
            raise requests.exceptions.InvalidURL(
                f"{urlsplit(url).hostname} may not be called", request=request
            )
        # A proxy resolves names itself: what it may be asked for is then the list's to say.
        if select_proxy(url, options.get("proxies")) and not self._reach.hosts:
            raise requests.exceptions.ProxyError(
                "through a proxy, only hosts that are listed", request=request
            )
        return super().send(request, *arguments, **options)


def _connect(connection: HTTPConnection, reach: Reach) -> socket.socket:
    """A connection to the first address of its host that is admitted and answers."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    refusal: OSError = OSError("its addresses are not public")
    admitted = [address for address in addresses if reach.admits(ip_address(address.partition("%")[0]))]
    for address in admitted[:MAX_ADDRESSES]:
        try:
            return create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except OSError as error:
            refusal = error
    raise NewConnectionError(connection, f"{connection.host}: {refusal}") from refusal


def _pools(reach: Reach) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, reach)

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, reach)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}
