"""The names of one person: how they are told apart, how spellings of one name become equal.

A platform gives whoever publishes there several names, and which of them a page, a list or a sidecar states differs
from day to day. All that are said are kept, so that a person is found, and kept out, under each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from vectorstore.ledger.records import Source, UploaderName

ID = "id"
"""A name that the platform never gives twice: a number, a channel id, the address of a page."""
HANDLE = "handle"
"""A name that one person has at a time: ``@someone``."""
DISPLAY = "display"
"""A name that several people may have, or of which nobody knows what it is."""
KINDS = (ID, HANDLE, DISPLAY)

# Where a list says that it does not know: taken for names, they would make one person of many.
_NOBODY = frozenset({"na", "n/a", "none", "null", "nan", "unknown", "anonymous", "undefined", "deleted", "0", "-1"})

_INVISIBLE = ("Cc", "Cf", "Cs", "Co")


def identifies(name: UploaderName) -> bool:
    """Whether two clips of one platform that have this name are one person's."""
    return name.kind != DISPLAY


def plain_name(text: str) -> str:
    """A name without what does not tell it from others: marks, case, width, invisible characters; empty for nobody.

    >>> plain_name(" @Invented.Baker") == plain_name("ＩＮＶＥＮＴＥＤ.ｂａｋｅｒ")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Folding can undo the normal form.
    kept = "".join(one for one in unicodedata.normalize("NFKC", folded) if unicodedata.category(one) not in _INVISIBLE)
    return " ".join(kept.split()).lstrip("@ ")


def former_plain_name(text: str) -> str:
    """``plain_name`` as earlier releases had it; corpora made by them hold hashes of this."""
    return unicodedata.normalize("NFKC", text).strip().lstrip("@").casefold()


def says_nobody(name: str) -> bool:
    """Whether a name says that nobody knows who it is."""
    return plain_name(name) in _NOBODY


def names_of(source: Source) -> tuple[UploaderName, ...]:
    """All names under which a source says who published it, each once; those that say nothing are left out."""
    names: Iterable[UploaderName] = source.uploader_names
    if source.uploader and not any(name.text == source.uploader for name in names):
        kind = HANDLE if source.uploader.startswith("@") else DISPLAY
        names = (*names, UploaderName(kind, source.uploader))
    meant = (UploaderName(DISPLAY, name.text) if says_nobody(name.text) else name for name in names)
    return tuple(dict.fromkeys(name for name in meant if plain_name(name.text)))
