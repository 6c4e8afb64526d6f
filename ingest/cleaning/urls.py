"""Which links may be asked for, and what they name.

Pure functions: nothing here touches the network. A link is taken apart, held against the rules of its platform and put
together again from the parts that were recognised, so nothing else that a stranger wrote into it is ever requested, and
the same video is one source under all of its links.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from ingest.cleaning.link_rules import PLATFORMS, Kind, Platform, find_rule
from vectorstore.foundation.errors import FetchError

_MAX_LINK = 2048
_MOST_PARAMETERS = 50
# Links to media files carry signatures of a kilobyte and more.
_MAX_REQUEST = 16384
_MAX_SHOWN = 120
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PATH_CHARACTERS = "/%:@!$&'()*+,;=~?"
_FORBIDDEN = re.compile(r"[\s\\\"<>^`{|}]")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
"""All that was ever given out; what lies outside of it is special, or will be."""
# From the registries of special-purpose addresses at IANA. Python's own table depends on its release, and counts
# site-local addresses as global.
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocols, Teredo and ORCHID among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # Azure serves its virtual machines' secrets on this public-looking address
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)
"""In the middle of an IPv6 address: its end is an IPv4 address inside of some network."""


@dataclass(frozen=True, slots=True)
class OwnHost:
    """A server the user runs, allowed by name and port, also over http and inside the own network."""

    host: str
    """Name or address, lower case."""
    port: int

    @classmethod
    def parse(cls, text: str) -> OwnHost:
        """Read ``HOST:PORT``.

        Raises:
            FetchError: ``policy``, when it is neither a name nor an IPv4 address with a port.

        >>> OwnHost.parse("media.example.org:8080")
        OwnHost(host='media.example.org', port=8080)
        """
        host, _, port = text.strip().lower().rpartition(":")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", host) or not re.fullmatch(r"[0-9]{1,5}", port):
            raise FetchError(f"{text[:_MAX_SHOWN]!r} is not HOST:PORT", "policy")
        return cls(host, int(port))


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be asked for."""

    url: str
    """Canonical: the same for every link to the same thing, without the name of the person who posted it."""
    platform: str
    """``"tiktok"``, ``"youtube"``, ``"instagram"``, or ``"own"`` for a server the user runs."""
    kind: Kind
    identity: str
    """The platform's name of the thing; the id of a video."""

    @property
    def key(self) -> str:
        """Names the thing across all its links."""
        if self.kind == "item":
            return f"{self.platform}:{self.identity}"
        return f"{self.platform}:{self.kind}:{self.url.partition('://')[2]}"


HOSTS: Mapping[str, Platform] = {host: platform for platform in PLATFORMS for host in platform.all_hosts()}
"""Hosts of links that are recognised, by exact name."""


def parse_link(text: str, own_hosts: Collection[OwnHost] = ()) -> Link:
    """Recognise a link of one of the platforms, or of a server the user runs.

    Args:
        text: What the user or a manifest wrote.
        own_hosts: Servers that are allowed besides the platforms.

    Raises:
        FetchError: ``policy``, with what is wrong with the link.

    >>> parse_link("https://youtu.be/aaaaaaaaaaa?si=who-shared-it").url
    'https://www.youtube.com/watch?v=aaaaaaaaaaa'
    >>> parse_link("https://www.tiktok.com/@someone/video/7106798200794926362").key
    'tiktok:7106798200794926362'
    """
    if len(text) > _MAX_LINK:
        raise _refusal(text, f"it is longer than {_MAX_LINK} characters")
    split = _split(text)
    if (own := _own_host(split, own_hosts)) is not None:
        url = f"{split.scheme}://{own.host}:{own.port}{quote(split.path, safe=_PATH_CHARACTERS)}"
        url += f"?{quote(split.query, safe=_PATH_CHARACTERS)}" if split.query else ""
        return Link(url, "own", "item", url.partition("://")[2])
    check_url(text)
    host = _host(split)
    if host not in HOSTS:
        raise _refusal(text, f"the host {host[:_MAX_SHOWN]!a} is not one of {', '.join(sorted(HOSTS))}")
    link = _recognise(HOSTS[host], host, _decode(split.path, text), _parameters(split.query, text))
    if link is None:
        raise _refusal(text, "it is no video, playlist, channel, search or hashtag page that can be read")
    return link


def secured(url: str) -> str:
    """The same link over https, where it leads to a platform over http, as older lists and sidecars write it.

    >>> secured("http://youtu.be/aaaaaaaaaaa"), secured("http://a.example/")
    ('https://youtu.be/aaaaaaaaaaa', 'http://a.example/')
    """
    scheme, _, rest = url.partition("://")
    host = re.split("[/?#]", rest, maxsplit=1)[0].lower()
    return f"https://{rest}" if scheme.lower() == "http" and host in HOSTS else url


def completed(text: str) -> str:
    """The same text, and where it is a link to a platform without its beginning, as browsers show it, that link.

    >>> completed("youtu.be/aaaaaaaaaaa"), completed("clips/one.mp4")
    ('https://youtu.be/aaaaaaaaaaa', 'clips/one.mp4')
    """
    host = re.split("[/?#]", text, maxsplit=1)[0].lower()
    return f"https://{text}" if host in HOSTS else text


def _recognise(platform: Platform, host: str, path: str, query: dict[str, list[str]]) -> Link | None:
    if (found := find_rule(platform, host, path, query)) is None:
        return None
    rule, identity = found
    identity = " ".join(unicodedata.normalize("NFC", identity).split())
    identity = identity.lower() if rule.caseless else identity
    # Lower case of some letters has marks that are no letters, which the platform would read as the end of the name.
    if _has_forbidden(identity.replace(" ", "")) or (rule.caseless and not re.fullmatch(r"[\w.@/-]+", identity)):
        return None
    url = f"https://{host if rule.keeps_host else platform.home}{rule.canonical.format(id=quote(identity, safe='@/'))}"
    return Link(url, platform.name, rule.kind, identity)


def check_url(url: str, own_hosts: Collection[OwnHost] = ()) -> None:
    """Refuse a URL that must never be requested, whichever platform names it: also for redirects and media files.

    Raises:
        FetchError: ``policy``: not https, too long, with control characters, a user name, a port, an address instead of
            a name, or a name that only looks like one.
    """
    split = _split(url)
    if _own_host(split, own_hosts) is not None:
        return
    if split.scheme != "https":
        raise _refusal(url, f"only https is asked, not {split.scheme[:20] or 'nothing'}")
    if split.username is not None or split.password is not None or "@" in split.netloc:
        raise _refusal(url, "it holds a user name or password")
    host = _host(split)
    if _port(split, url) is not None or split.netloc.endswith(":"):
        raise _refusal(url, "it names a port")
    if is_address(host):
        raise _refusal(url, "it names an address, not a host")
    if any(label.startswith("xn--") for label in host.split(".")) or not _HOST.fullmatch(host):
        raise _refusal(url, f"{host[:_MAX_SHOWN]!a} is not a plain host name")


def is_address(host: str) -> bool:
    """Whether a host is an IP address in a form that resolvers understand: dotted, decimal, octal, hexadecimal, IPv6.

    >>> [is_address(host) for host in ("127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "a.example")]
    [True, True, True, True, True, False]
    """
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or "[" in host or re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", last) is not None


def is_public_address(address: str) -> bool:
    """Whether an address belongs to the public internet, also when it is wrapped in IPv6.

    Loopback, private, site-local, link-local (cloud metadata), shared, reserved and multicast ones do not, nor do
    tunnels (6to4, Teredo, ISATAP). What NAT64 or a mapped address leads to decides about it.

    Args:
        address: As a resolver returns it; a scope such as ``%eth0`` makes it link-local.

    >>> [is_public_address(text) for text in ("8.8.8.8", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::a00:1")]
    [True, False, False, False]
    >>> [is_public_address(text) for text in ("2606:4700::1111", "fec0::1", "64:ff9b::808:808")]
    [True, False, True]
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL_IPV4)
    if parsed.scope_id is not None:
        return False
    if parsed.ipv4_mapped is not None or parsed in _NAT64:
        return is_public_address(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    tunnelled = (int(parsed) >> 32) & 0xFFFFFFFF in _ISATAP
    return parsed in _GLOBAL_IPV6 and not tunnelled and not any(parsed in network for network in _SPECIAL_IPV6)


def _split(url: str) -> SplitResult:
    if len(url) > _MAX_REQUEST:
        raise _refusal(url, f"it is longer than {_MAX_REQUEST} characters")
    # urlsplit() drops line breaks silently, so they are looked for before.
    if _has_forbidden(url):
        raise _refusal(url, "it holds spaces, control characters or characters that no link has")
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _refusal(url, str(error)) from error


def _host(split: SplitResult) -> str:
    return (split.hostname or "") if split.netloc.isascii() else split.netloc


def _port(split: SplitResult, url: str) -> int | None:
    try:
        return split.port
    except ValueError as error:
        raise _refusal(url, str(error)) from error


def _own_host(split: SplitResult, own_hosts: Collection[OwnHost]) -> OwnHost | None:
    if split.scheme not in ("http", "https"):
        return None
    return next((own for own in own_hosts if split.netloc.lower() == f"{own.host}:{own.port}"), None)


def _has_forbidden(text: str) -> bool:
    if text.isascii():  # nearly every link of a list of millions
        return not text.isprintable() or _FORBIDDEN.search(text) is not None
    # Cf holds the marks that reverse the reading direction and the invisible joiners.
    return bool(_FORBIDDEN.search(text)) or any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co") for one in text)


def _decode(path: str, url: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise _refusal(url, "its path is not UTF-8") from error


def _parameters(query: str, url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise _refusal(url, f"it has more than {_MOST_PARAMETERS} parameters") from error


def _refusal(url: str, why: str) -> FetchError:
    return FetchError(f"link {url[:_MAX_SHOWN]!a} is refused: {why}", "policy")
