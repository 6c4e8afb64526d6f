"""Links that may be published: without keys that let in whoever holds them, meant for one person or for an hour."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit, urlunsplit

_NAMES = (
    "accesskey accesskeyid accesstoken apikey appkey auth authkey authorization authtoken awsaccesskeyid bearer "
    "clientsecret credential credentials exp expiration expire expires expiresin expiry googleaccessid hdnea hdntl "
    "hdnts hmac idtoken jsessionid jwt key keypairid mac nonce ossaccesskeyid pass passphrase passwd password "
    "phpsessid policy privatekey pwd refreshtoken secret securitytoken session sessionid sessiontoken sharetoken "
    "sid sig sign signature signed ticket token urlsignature validto vtoken"
)
"""Of parameters, in small letters, without ``-``, ``_`` and ``.``."""
_BESIDE_SIG = "se sip skoid sks skt sktid ske skv sp spr sr srt ss st sv"
"""What stands beside ``sig`` in shared links of Azure, and means something else elsewhere."""
_CREDENTIALS, _SHARED = frozenset(_NAMES.split()), frozenset(_BESIDE_SIG.split())
_SIGNED = re.compile(r"x-(amz|goog|oss|cos|bce|obs|tos|ms)-.*|.*(token|signature|secret|password|apikey)")
"""Names of parameters by their form: those of signed links of storage services, and what ends in such a word."""


def without_credentials(url: str) -> str:
    """A link without parameters that look like credentials, signatures or the time until which these are good.

    Args:
        url: Well formed.

    >>> without_credentials("https://a.example/v?id=7&X-Amz-Signature=ab12&Expires=1700000000")
    'https://a.example/v?id=7'
    >>> without_credentials("https://a.example/v?st=90&id=7")
    'https://a.example/v?st=90&id=7'
    """
    parts = urlsplit(url)
    stated = re.split("[&;]", parts.query)
    names = [_name(each) for each in stated]
    shared = _SHARED if "sig" in names else frozenset()
    kept = [each for each, name in zip(stated, names, strict=True) if not (name in shared or _is_credential(name))]
    return url if len(kept) == len(stated) else urlunsplit(parts._replace(query="&".join(kept)))


def _name(stated: str) -> str:
    return unquote_plus(stated.partition("=")[0]).strip().lower()


def _is_credential(name: str) -> bool:
    return re.sub(r"[-_.]", "", name) in _CREDENTIALS or _SIGNED.fullmatch(name) is not None
