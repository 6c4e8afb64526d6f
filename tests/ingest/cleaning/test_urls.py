"""Which links are asked for: examples of every kind, and properties over what a stranger might write."""

from __future__ import annotations

import ipaddress
import string
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning.urls import HOSTS, OwnHost, check_url, is_address, is_public_address, parse_link
from vectorstore.foundation.errors import FetchError

SAME = {
    "youtube:aB3-_xyzABC": (
        "https://www.youtube.com/watch?v=aB3-_xyzABC",
        "https://youtube.com/watch/?t=5&v=aB3-_xyzABC&list=PL0123456789ab",
        "https://m.youtube.com/shorts/aB3-_xyzABC?feature=share",
        "https://youtu.be/aB3-_xyzABC?si=somebody",
        "https://www.youtube-nocookie.com/embed/aB3-_xyzABC",
        "HTTPS://WWW.YouTube.com/shorts/aB3-_xyzABC#comments",
    ),
    "tiktok:7106798200794926362": (
        "https://www.tiktok.com/@some.one/video/7106798200794926362",
        "https://tiktok.com/@_/video/7106798200794926362?is_copy_url=1",
        "https://m.tiktok.com/v/7106798200794926362.html",
        "https://www.tiktok.com/embed/v2/7106798200794926362",
        "https://www.tiktokv.com/share/video/7106798200794926362/",
    ),
    "instagram:Cabc_-12345": (
        "https://www.instagram.com/reel/Cabc_-12345/",
        "https://instagram.com/p/Cabc_-12345?igsh=x",
        "https://www.instagram.com/some.one/reel/Cabc_-12345/",
        "https://instagr.am/p/Cabc_-12345/",
        "https://www.instagram.com/tv/Cabc_-12345/",
    ),
}

KINDS = {
    "https://vm.tiktok.com/ZTR45GpSF/": ("short_link", "https://vm.tiktok.com/ZTR45GpSF/"),
    "https://www.tiktok.com/t/ZTRC5xgJp": ("short_link", "https://www.tiktok.com/t/ZTRC5xgJp/"),
    "https://www.tiktok.com/@Some.One?lang=en": ("channel", "https://www.tiktok.com/@some.one"),
    "https://www.tiktok.com/tag/Museum": ("hashtag", "https://www.tiktok.com/tag/museum"),
    "https://www.tiktok.com/@a/collection/my-list-7111887189571160875": (
        "playlist",
        "https://www.tiktok.com/@a/collection/my-list-7111887189571160875",
    ),
    "https://www.youtube.com/playlist?list=PL0123456789ab&index=3": (
        "playlist",
        "https://www.youtube.com/playlist?list=PL0123456789ab",
    ),
    "https://www.youtube.com/@SomeOne/shorts": ("channel", "https://www.youtube.com/@someone/shorts"),
    "https://www.youtube.com/channel/UC0123456789abcdefghijAB": (
        "channel",
        "https://www.youtube.com/channel/UC0123456789abcdefghijAB",
    ),
    "https://www.youtube.com/hashtag/K%C3%BCche": ("hashtag", "https://www.youtube.com/hashtag/k%C3%BCche"),
    "https://www.youtube.com/results?search_query=slow++cooking&sp=EgIYAQ": (
        "search",
        "https://www.youtube.com/results?search_query=slow%20cooking",
    ),
    "https://www.instagram.com/some.one/": ("channel", "https://www.instagram.com/some.one/"),
    "https://www.instagram.com/explore/tags/museum/": ("hashtag", "https://www.instagram.com/explore/tags/museum/"),
}

REFUSED = {
    "file:///etc/passwd": "only https",
    "http://www.youtube.com/watch?v=aB3-_xyzABC": "only https",
    "ftp://www.youtube.com/watch?v=aB3-_xyzABC": "only https",
    "data:text/html,hello": "only https",
    "www.youtube.com/watch?v=aB3-_xyzABC": "only https",
    "https://user:pass@www.youtube.com/watch?v=aB3-_xyzABC": "user name",
    "https://www.youtube.com@evil.example/watch?v=aB3-_xyzABC": "user name",
    "https://@www.youtube.com/watch?v=aB3-_xyzABC": "user name",
    "https://www.youtube.com:443/watch?v=aB3-_xyzABC": "port",
    "https://www.youtube.com:/watch?v=aB3-_xyzABC": "port",
    "https://www.youtube.com:99999/watch?v=aB3-_xyzABC": "ort",
    "https://127.0.0.1/a.mp4": "address",
    "https://2130706433/a.mp4": "address",
    "https://0x7f000001/a.mp4": "address",
    "https://0177.0.0.1/a.mp4": "address",
    "https://127.1/a.mp4": "address",
    "https://169.254.169.254/latest/meta-data/": "address",
    "https://[::1]/a.mp4": "address",
    "https://[::ffff:169.254.169.254]/a.mp4": "address",
    "https://localhost/a.mp4": "plain host name",
    "https://www.youtube.com./watch?v=aB3-_xyzABC": "host",
    "https://xn--youtub-4ya.com/watch?v=aB3-_xyzABC": "plain host name",
    "https://www.youtubé.com/watch?v=aB3-_xyzABC": "plain host name",
    "https://www.уoutube.com/watch?v=aB3-_xyzABC": "plain host name",
    "https://www。youtube。com/watch?v=aB3-_xyzABC": "refused",
    "https://www.youtube.com.evil.example/watch?v=aB3-_xyzABC": "not one of",
    "https://evil.example/https://www.youtube.com/watch?v=aB3-_xyzABC": "not one of",
    "https://evil.example\\@www.youtube.com/watch?v=aB3-_xyzABC": "control characters",
    "https://www.youtube.com/watch?v=aB3-_xyzABC\n--exec": "control characters",
    "https://www.you\ttube.com/watch?v=aB3-_xyzABC": "control characters",
    " https://www.youtube.com/watch?v=aB3-_xyzABC": "control characters",
    "https://www.youtube.com/watch?v=aB3-_xyzABC\u202e": "control characters",
    "https://www.youtube.com/hashtag/%FF": "UTF-8",
    "https://www.youtube.com/hashtag/a%E2%80%AEb": "no video",
    "https://www.youtube.com/results?search_query=a%0Ab": "no video",
    "https://www.youtube.com/watch?v=aB3-_xyzABC&v=aB3-_xyzABD": "no video",
    "https://www.youtube.com/watch?v=short": "no video",
    "https://www.youtube.com/redirect?q=https://evil.example": "no video",
    "https://www.youtube.com/feed/history": "no video",
    "https://www.tiktok.com/@a/photo/7106798200794926362": "no video",
    "https://www.tiktok.com/search?q=museum": "no video",
    "https://www.instagram.com/stories/someone/1234567890/": "no video",
    "https://www.instagram.com/accounts/": "no video",
    "https://www.instagram.com/share/reel/BAabc12345/": "no video",
    "https://www.youtube.com/" + "a" * 3000: "longer",
    "https://www.youtube.com/watch?v=aB3-_xyzABC" + "&a=1" * 50: "more than 50 parameters",
    "": "only https",
}


@pytest.mark.parametrize(("key", "urls"), SAME.items())
def test_one_video_under_many_links_is_one_source(key: str, urls: tuple[str, ...]) -> None:
    links = [parse_link(url) for url in urls]
    assert {link.key for link in links} == {key}
    assert {link.kind for link in links} == {"item"}
    assert len({link.url for link in links}) == 1


@pytest.mark.parametrize(("url", "expected"), KINDS.items())
def test_pages_are_told_apart(url: str, expected: tuple[str, str]) -> None:
    link = parse_link(url)
    assert (link.kind, link.url) == expected


@pytest.mark.parametrize(("url", "why"), REFUSED.items())
def test_refused_by_name(url: str, why: str) -> None:
    with pytest.raises(FetchError) as caught:
        parse_link(url)
    assert caught.value.reason == "policy"
    assert why in caught.value.message
    assert caught.value.message.isprintable()


@given(st.sampled_from([url for urls in SAME.values() for url in urls] + list(KINDS)))
def test_canonical_links_are_fixed_points(url: str) -> None:
    link = parse_link(url)
    assert parse_link(link.url) == link


_LINK_TEXT = st.text(alphabet=string.ascii_letters + string.digits + "/@?&=#%:.-_~+[]é\u202e\\\n ", max_size=60)


@given(
    st.sampled_from(["https://", "http://", "//", "file://", "https:", ""]),
    st.sampled_from([*HOSTS, "evil.example", "127.0.0.1", "www.youtube.com@evil.example"]),
    _LINK_TEXT,
)
def test_whatever_is_accepted_is_safe_and_stable(scheme: str, host: str, rest: str) -> None:
    try:
        link = parse_link(scheme + host + rest)
    except FetchError as error:
        assert error.reason == "policy"
        return
    split = urlsplit(link.url)
    assert split.scheme == "https" and split.netloc in HOSTS and link.url.isascii() and link.url.isprintable()
    assert parse_link(link.url) == link


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    for check in (parse_link, check_url):
        try:
            check(text)
        except FetchError as error:
            assert error.reason == "policy"


_PRIVATE = [
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8",
    "224.0.0.0/4", "240.0.0.0/4", "192.0.2.0/24", "198.18.0.0/15",
]  # fmt: skip


@given(st.sampled_from(_PRIVATE), st.integers(min_value=0))
def test_internal_addresses_stay_internal_in_every_wrapping(network: str, offset: int) -> None:
    block = ipaddress.IPv4Network(network)
    address = block[offset % block.num_addresses]
    number = int(address)
    wrapped = [
        f"::ffff:{address}", f"::{address}", str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
    ]  # fmt: skip
    assert not any(is_public_address(text) for text in (str(address), *wrapped))


@pytest.mark.parametrize(
    "address",
    ["::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "168.63.129.16", "not-an-address", ""],
)
def test_other_internal_addresses(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address: str) -> None:
    assert is_public_address(address)


@given(st.integers(0, 2**32 - 1))
def test_every_way_to_write_an_address_is_seen(number: int) -> None:
    first, rest = number >> 24, number & 0xFFFFFF
    forms = [
        str(number),
        hex(number),
        f"0{number:o}",
        f"{first}.{rest}",
        f"0x{first:x}.{rest}",
        str(ipaddress.IPv4Address(number)),
    ]
    assert all(is_address(form) for form in forms)


def test_own_host_is_exact() -> None:
    own = [OwnHost.parse("127.0.0.1:8123")]
    link = parse_link("http://127.0.0.1:8123/a%20b.mp4", own)
    assert (link.platform, link.kind) == ("own", "item")
    for url in (
        "http://127.0.0.1:8124/a.mp4",
        "http://127.0.0.1/a.mp4",
        "http://x@127.0.0.1:8123/a.mp4",
        "ftp://127.0.0.1:8123/a",
    ):
        with pytest.raises(FetchError):
            parse_link(url, own)


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "ho st:80", "http://host:80", "host:80/path", "[::1]:80"])
def test_own_host_must_be_host_and_port(text: str) -> None:
    with pytest.raises(FetchError, match="HOST:PORT"):
        OwnHost.parse(text)


SPECIAL = (
    *("0.1.2.3", "10.9.8.7", "100.64.0.1", "100.100.100.200", "127.9.9.9", "169.254.169.254", "172.31.255.255"),
    *("192.0.0.8", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.1.1", "192.175.48.1"),
    *("198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1::1", "2001:db8::1", "2002:808:808::1", "3fff::1"),
    *("4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "feff::1", "ff02::1"),
    *("2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1", "2606:4700::1%eth0", "1.2.3", "", "no address"),
)


@pytest.mark.parametrize("address", SPECIAL)
def test_every_special_purpose_address_is_refused(address: str) -> None:
    assert not is_public_address(address)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_does_not_call_global(address: ipaddress.IPv4Address) -> None:
    if is_public_address(str(address)):
        mapped = getattr(address, "ipv4_mapped", None)
        inside = mapped or (
            ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if str(address).startswith("64:ff9b::") else address
        )
        assert inside.is_global and not inside.is_multicast and not getattr(inside, "is_site_local", False)
