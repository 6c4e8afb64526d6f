"""The wordings and statements that instruments ask, ours and a user's, by instrument and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from valuespectrum.instruments.wordings.items import ItemWording, Statement, UserItems
from valuespectrum.instruments.wordings.languages import ENGLISH, OWN_DATA, languages, tongue
from valuespectrum.instruments.wordings.reading import read_statements, read_user_items, read_wordings
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, slots=True)
class Selection:
    """Which words an instrument asks in."""

    instrument: str
    wordings: int = 2
    """How many of ours in each language, from the first."""
    language: str = ENGLISH
    """Codes with commas between them."""
    items: UserItems = field(default_factory=UserItems)

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes in the order given.

        Raises:
            InputError: There is no such language.
        """
        codes = tuple(dict.fromkeys(code.strip() for code in self.language.split(",") if code.strip()))
        if not codes:
            raise InputError("no language was named", f"known: {', '.join(languages())}")
        return tuple(tongue(code).code for code in codes)

    def chosen(self) -> tuple[ItemWording, ...]:
        """The wordings: ours, then the user's.

        Raises:
            InputError: The instrument is not asked in a language, or has fewer wordings; or the items would not be
                asked at all.
        """
        self._refuse_unasked()
        user = [each for each in self.items.wordings if each.language in self.languages]
        if self.items.alone and user:
            return tuple(user)
        found: list[ItemWording] = []
        for code in self.languages:
            ours = own_wordings(self.instrument).get(code, ())
            if not 1 <= self.wordings <= len(ours):
                known = ", ".join(own_wordings(self.instrument))
                count = f"wordings must lie in 1..{len(ours)}, got {self.wordings}"
                raise InputError(count if ours else f"{self.instrument} is not asked in {code}", f"languages: {known}")
            found += ours[: self.wordings]
        _no_name_twice([*found, *user])
        return (*found, *user)

    def statements(self, code: str) -> tuple[Statement, ...]:
        """Statements about oneself in a language; a user's takes the place of ours in the same words."""
        user = [each for each in self.items.statements if each.language == code]
        ours = () if self.items.alone and user else own_statements(code)
        return tuple({each.text: each for each in (*ours, *user)}.values())

    def _refuse_unasked(self) -> None:
        written = {each.language for each in self.items.wordings} | {each.language for each in self.items.statements}
        if written and not written & set(self.languages):
            raise InputError(
                f"the items are in none of the languages {', '.join(self.languages)}",
                f"ask in theirs: --language {','.join(sorted(written))}",
            )


def _no_name_twice(listed: Sequence[ItemWording]) -> None:
    tags = [each.tag for each in listed]
    repeated = sorted({tag for tag in tags if tags.count(tag) > 1})
    if repeated:
        raise InputError(f"two wordings are called {repeated[0]!r}", "name yours otherwise")


@cache
def own_wordings(instrument: str) -> Mapping[str, tuple[ItemWording, ...]]:
    """Wordings that come with the project, by language."""
    return read_wordings(OWN_DATA / f"{instrument}.yaml", instrument)


@cache
def own_statements(language: str) -> tuple[Statement, ...]:
    """Statements that come with the project; none in a language into which they are not translated."""
    return read_statements(OWN_DATA / "statements.yaml", language)


@cache
def user_items(path: str, instrument: str) -> UserItems:
    """The items of a user's file.

    Args:
        path: A YAML file; empty for none.
        instrument: Whose items they must be.

    Raises:
        InputError: It is missing or wrong; the message says where.
    """
    if not path:
        return UserItems()
    found = read_user_items(user_path(path))
    if found.instrument != instrument:
        raise InputError(
            f"items file {path} is for the instrument {found.instrument!r}, not for {instrument!r}",
            f"run it with that instrument, or write instrument: {instrument}",
        )
    return found
