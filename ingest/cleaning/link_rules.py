"""The shapes of links that the three platforms give to videos and to pages that list videos, as a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["item", "short_link", "playlist", "channel", "search", "hashtag"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape of link: where it matches, what it is, how it is written canonically."""

    kind: Kind
    path: str
    """Pattern of the whole decoded path; the group ``id`` is the identity."""
    canonical: str
    """Template of the path of the canonical URL; ``{id}`` stands percent-encoded."""
    hosts: frozenset[str] = frozenset()
    """Exact host names; empty for all hosts of the platform."""
    parameter: str = ""
    """Query parameter that holds the identity instead of the path."""
    value: str = ""
    """Pattern of that parameter."""
    keeps_host: bool = False
    """Whether the canonical link stays on the host it was found on."""
    caseless: bool = False
    """Whether the platform ignores case in the identity."""


@dataclass(frozen=True, slots=True)
class Platform:
    """Hosts and links of one platform."""

    name: str
    hosts: frozenset[str]
    rules: tuple[Rule, ...]

    @property
    def home(self) -> str:
        """Host of all canonical links."""
        return f"www.{self.name}.com"

    def all_hosts(self) -> frozenset[str]:
        """Every host on which one of the rules matches."""
        return self.hosts.union(*(rule.hosts for rule in self.rules))


_CLIP_ID = r"(?P<id>[0-9]{5,25})"
_CLIP = "/@_/video/{id}"
_TAG = r"(?P<id>\w{1,150})"
_SHORT = r"(?P<id>[A-Za-z0-9]{5,20})"

TIKTOK = Platform(
    "tiktok",
    frozenset({"www.tiktok.com", "tiktok.com", "m.tiktok.com"}),
    (
        # The name of who posted it is not part of the canonical link: the id suffices, and names are personal data.
        Rule("item", rf"/@[\w.-]*/video/{_CLIP_ID}/?", _CLIP),
        Rule("item", rf"/(?:embed(?:/v[23])?|v|share/video)/{_CLIP_ID}(?:\.html)?/?", _CLIP),
        Rule("item", rf"/share/video/{_CLIP_ID}/?", _CLIP, hosts=frozenset({"www.tiktokv.com"})),
        Rule(
            "short_link",
            rf"/{_SHORT}/?",
            "/{id}/",
            hosts=frozenset({"vm.tiktok.com", "vt.tiktok.com"}),
            keeps_host=True,
        ),
        Rule("short_link", rf"/t/{_SHORT}/?", "/t/{id}/"),
        Rule("playlist", r"/(?P<id>@[\w.-]{1,60}/collection/[^/?#]{1,200}-[0-9]{5,25})/?", "/{id}"),
        Rule("channel", r"/@(?P<id>[\w.-]{1,60})/?", "/@{id}", caseless=True),
        Rule("hashtag", rf"/tag/{_TAG}/?", "/tag/{id}", caseless=True),
    ),
)

_VIDEO_ID = r"(?P<id>[A-Za-z0-9_-]{11})"
_WATCH = "/watch?v={id}"
_TAB = r"(?:/(?:shorts|videos))?"
_LIST_ID = r"(?P<id>(?:PL|UU|FL|OLAK5uy_)[A-Za-z0-9_-]{10,60})"

YOUTUBE = Platform(
    "youtube",
    frozenset({"www.youtube.com", "youtube.com", "m.youtube.com", "music.youtube.com"}),
    (
        Rule("item", r"/watch/?", _WATCH, parameter="v", value=_VIDEO_ID),
        Rule("item", rf"/(?:shorts|embed|live|v)/{_VIDEO_ID}/?", _WATCH),
        Rule("item", rf"/embed/{_VIDEO_ID}/?", _WATCH, hosts=frozenset({"www.youtube-nocookie.com"})),
        Rule("item", rf"/{_VIDEO_ID}/?", _WATCH, hosts=frozenset({"youtu.be"})),
        Rule("playlist", r"/playlist/?", "/playlist?list={id}", parameter="list", value=_LIST_ID),
        Rule("channel", rf"/(?P<id>channel/UC[A-Za-z0-9_-]{{22}}{_TAB})/?", "/{id}"),
        Rule("channel", rf"/(?P<id>(?:@|c/|user/)[\w.-]{{1,100}}{_TAB})/?", "/{id}", caseless=True),
        Rule("hashtag", rf"/hashtag/{_TAG}(?:/shorts)?/?", "/hashtag/{id}", caseless=True),
        Rule(
            "search", r"/results/?", "/results?search_query={id}", parameter="search_query", value=r"(?P<id>.{1,200})"
        ),
    ),
)

_POST_ID = r"(?P<id>[A-Za-z0-9_-]{5,40})"
_NO_USERS = (
    r"(?:explore|stories|accounts|direct|about|developer|legal|web|share|reels?|p|tv|api|graphql|oauth|challenge)/?\Z"
)

INSTAGRAM = Platform(
    "instagram",
    frozenset({"www.instagram.com", "instagram.com", "m.instagram.com", "instagr.am", "www.instagr.am"}),
    (
        Rule("item", rf"(?:/(?!share/)[\w.]{{1,30}})?/(?:p|reels?|tv)/{_POST_ID}/?", "/reel/{id}/"),
        Rule("hashtag", rf"/explore/tags/{_TAG}/?", "/explore/tags/{id}/", caseless=True),
        Rule("channel", rf"/(?!{_NO_USERS})(?P<id>[\w.]{{1,30}})(?:/reels)?/?", "/{id}/", caseless=True),
    ),
)

PLATFORMS = (TIKTOK, YOUTUBE, INSTAGRAM)


def find_rule(platform: Platform, host: str, path: str, query: dict[str, list[str]]) -> tuple[Rule, str] | None:
    """The rule that a link fits, and the identity in it; a query parameter given twice fits none.

    Args:
        platform: The rules.
        host: Lower case.
        path: Percent-decoded.
        query: As ``urllib.parse.parse_qs`` returns it.
    """
    for rule in platform.rules:
        if host not in (rule.hosts or platform.hosts) or (found := re.fullmatch(rule.path, path)) is None:
            continue
        if rule.parameter:
            values = query.get(rule.parameter, [])
            found = re.fullmatch(rule.value, values[0]) if len(values) == 1 else None
        if found is not None:
            return rule, found["id"]
    return None
