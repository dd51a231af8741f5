"""Asking somebody else's web server whether a page is there; addresses of inner networks are refused."""

import html
import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3

from pipeline.checklist.draft import Answer, NoAnswer

#: Hops that are followed, as browsers do about.
_HOPS_MAX: Final = 8
#: Of a page only its beginning is read, where the title is.
_READ_MAX: Final = 64 * 1024
#: A server that wants no HEAD says so, or is merely afraid of machines.
_ASK_AGAIN: Final = frozenset({403, 404, 405, 501})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_AT_ONCE: Final = 6
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=10)
_HEADERS: Final = {"User-Agent": "postmerge link check", "Accept": "text/html,*/*;q=0.5"}
#: RFC 6052.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset=[\"']?([\w-]{1,40})", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet: not private, loopback, link-local, or a cloud's own."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.teredo is not None:
            return False
        # an IPv4 address in the clothes of IPv6 (mapped, 6to4, NAT64) is judged as what it is
        inner = IPv4Address(found.packed[-4:]) if found in _NAT64 else None
        found = found.ipv4_mapped or found.sixtofour or inner or found
    return found.is_global and not found.is_multicast


@dataclass(frozen=True, slots=True)
class Web:
    """Asks pages, a few at once. `allowed` judges every IP address before it is connected to."""

    allowed: Callable[[str], bool] = field(default=is_public)
    #: For servers with a certificate of their own; None for what the machine trusts.
    ca_certs: str | None = None

    def __call__(self, urls: Sequence[str]) -> list[Answer | NoAnswer]:
        """What comes back from each address: see `Fetch`. Never raises for what a server does."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="links") as executor:
            return list(executor.map(self._followed, urls))

    def _followed(self, url: str) -> Answer | NoAnswer:
        """Redirects are followed here, so that the address of every hop is judged."""
        for _ in range(_HOPS_MAX):
            try:
                status, location, title = self._asked(url)
            except _Refused as refused:
                return refused.why
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                return _silence(error)
            if status not in _REDIRECTS or not location:
                return Answer(url, status, title)
            url = urljoin(url, location)
        return NoAnswer(f"it is redirected more than {_HOPS_MAX} times", f"転送が{_HOPS_MAX}回を超えています")

    def _asked(self, url: str) -> tuple[int, str, str]:
        """Status, where it sends us, title. HEAD first: most pages need not be read."""
        status, location, title = self._once("HEAD", url)
        if status in _ASK_AGAIN or status == 200:  # noqa: PLR2004 a page has a title
            status, location, title = self._once("GET", url)
        return status, location, title

    def _once(self, method: str, url: str) -> tuple[int, str, str]:
        split = urlsplit(url)
        if split.scheme not in {"http", "https"} or not split.hostname:
            raise _Refused(f"it leads to {split.scheme}:, which is no page", "Webページではありません")
        host = split.hostname.encode("idna").decode()
        secure = split.scheme == "https"
        port = split.port or (443 if secure else 80)
        # The very address that was judged is connected to: a name may lead elsewhere a moment later.
        with self._pool(self._judged(host, port), port, host if secure else None) as pool:
            headers = {**_HEADERS, "Host": split.netloc.rpartition("@")[2]}
            answer = pool.urlopen(
                method,
                split._replace(scheme="", netloc="", fragment="").geturl() or "/",
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=True,
            )
            try:
                body = answer.read(_READ_MAX) if method == "GET" else b""
            finally:
                answer.close()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, answer.headers.get("Location", ""), _title(body, kind)

    def _pool(self, address: str, port: int, name: str | None) -> urllib3.HTTPConnectionPool:
        if name is None:
            return urllib3.HTTPConnectionPool(address, port, timeout=_TIMEOUT)
        return urllib3.HTTPSConnectionPool(
            address,
            port,
            timeout=_TIMEOUT,
            server_hostname=name,
            assert_hostname=name,
            ca_certs=self.ca_certs,
            cert_reqs="CERT_REQUIRED",
        )

    def _judged(self, host: str, port: int) -> str:
        """The first address of a name, if we may connect to all of them. Raises _Refused, OSError."""
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        addresses = [str(each).partition("%")[0] for each in found]
        if not all(self.allowed(each) for each in addresses):
            raise _Refused(
                f"{host} is in an inner network, where no reader of a mail is",
                f"{host}は内部ネットワークのため、受信者には開けません",
            )
        return addresses[0]


class _Refused(Exception):
    """We do not ask there, and why."""

    def __init__(self, reason: str, reason_ja: str) -> None:
        super().__init__(reason)
        self.why = NoAnswer(reason, reason_ja)


def _silence(error: Exception) -> NoAnswer:
    """What an error of the network means."""
    if isinstance(error, socket.gaierror):
        return NoAnswer("there is no such host", "ホスト名が見つかりません")
    if isinstance(error, urllib3.exceptions.SSLError):
        return NoAnswer("its certificate is wrong", "証明書が正しくありません")
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return NoAnswer("nobody answers in time", "時間内に応答がありません")
    return NoAnswer(f"nobody answers ({type(error).__name__})", f"応答がありません({type(error).__name__})")


def _title(body: bytes, kind: str) -> str:
    charset = _CHARSET.search(kind) or _CHARSET.search(body[:2048].decode("ascii", "replace"))
    try:
        words = body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        words = body.decode("utf-8", "replace")
    match = _TITLE.search(words)
    return " ".join(html.unescape(match[1]).split()) if match else ""
