"""Queries with their responses: the published file, any file in its layout, and what is wrong with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from valuespectrum.instruments.value_portrait.rules import FAMILIES, published_rules
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.errors import InputError

TAGGED = Path("data/query-response-tagged/query-response-tagged.json")
"""Where the published repository keeps its items."""
OWN = Path(__file__).parent / "data" / "own_items.json"
"""Ours, in the same layout."""
LAYOUT_HINT = "clone github.com/holi-lab/ValuePortrait and name the folder, or a file in the layout of its tagged items"
_KEYS: Mapping[str, str] = {
    "correlations": "pvq",
    "higher_pvq_correlations": "higher_pvq",
    "bfi_correlations": "bfi",
}
_LONGEST = 20_000
"""Characters of a text; the longest published query has a few thousand."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response to a query, with what says which dimensions it stands for."""

    query: int
    option: int
    title: str
    """Of the query; empty where it has none."""
    asked: str
    """What somebody writes."""
    text: str
    """What is said to it."""
    correlations: Mapping[str, float] = field(default_factory=dict)
    """Dimension to the correlation of human ratings of the response with the raters' scores."""
    designed: str = ""
    """The refined value that it was written for, where nobody rated it: then that is its tag."""

    @property
    def id(self) -> str:
        """``QUERY/OPTION``."""
        return f"{self.query}/{self.option}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Dimensions that it counts for: the ten, the four and the five."""
        return designed_tags(self.designed) if self.designed else published_rules().tags(self.id, self.correlations)

    @property
    def value(self) -> str:
        """The one of the ten that it counts for; empty where there is none, or several."""
        values = [each for each in self.tags if each in TEN]
        return values[0] if len(values) == 1 else ""


def designed_tags(refined: str) -> tuple[str, ...]:
    """Of the ten and of the four, those that a refined value is a part of.

    Example:
        >>> designed_tags("universalism_nature"), designed_tags("face")
        (('universalism', 'self_transcendence'), ())
    """
    ten = [value for value, parts in GROUPS["schwartz_19", "schwartz_10"].items() if refined in parts]
    four = [name for name, values in GROUPS["schwartz_10", "schwartz_4"].items() if ten and ten[0] in values]
    return (*ten, *four)


@dataclass(frozen=True, slots=True)
class _Content:
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class _Output:
    content: str
    id: int
    correlations: list[tuple[str, float]] = field(default_factory=list)
    higher_pvq_correlations: list[tuple[str, float]] = field(default_factory=list)
    bfi_correlations: list[tuple[str, float]] = field(default_factory=list)
    designed_for: str = ""


@dataclass(frozen=True, slots=True)
class _Query:
    portrait_id: int
    content: _Content
    outputs: list[_Output]


def read_responses(path: Path) -> tuple[Response, ...]:
    """The responses of a file, or of a clone of the published repository.

    Args:
        path: A folder that holds ``TAGGED``, or a file in its layout.

    Raises:
        InputError: It is missing, too large or no such file; a response has no text or comes twice, a correlation is
            out of range; or it is the published file and not all of it is there. The message names the first thing.
    """
    file = path / TAGGED if path.is_dir() else path
    what = "Value Portrait items"
    if path.is_dir() and not file.exists():
        raise InputError(f"{path} is no clone of the Value Portrait repository: it has no {TAGGED}", LAYOUT_HINT)
    queries = check_shape(list[_Query], read_json(file, what, LAYOUT_HINT), f"{what} {file}", LAYOUT_HINT)
    found = tuple(_response(query, output, file) for query in queries for output in query.outputs)
    _check_numbers(found, file)
    return found


def _response(query: _Query, output: _Output, file: Path) -> Response:
    where = f"{file}, response {query.portrait_id}/{output.id}"
    for text in (query.content.text, output.content):
        if not text.strip() or len(text) > _LONGEST:
            raise InputError(f"{where}: a text is empty or longer than {_LONGEST:,} characters", LAYOUT_HINT)
    if output.designed_for and output.designed_for not in NINETEEN:
        raise InputError(f"{where}: there is no refined value {output.designed_for!r:.60}")
    told: dict[str, float] = {}
    for key, family in _KEYS.items():
        told |= _correlations(getattr(output, key), family, where)
    if output.designed_for and told:
        raise InputError(f"{where} has correlations and is designed for a value", "leave one of them out")
    title = (query.content.title or "").strip()
    return Response(query.portrait_id, output.id, title, query.content.text, output.content, told, output.designed_for)


def _correlations(listed: Sequence[tuple[str, float]], family: str, where: str) -> dict[str, float]:
    known = FAMILIES[family]
    told = {name.lower(): rho for name, rho in listed}
    strange = sorted(set(told) - {*known.dimensions})
    if strange or len(told) < len(listed):
        raise InputError(f"{where}: {known.title} has no dimension {', '.join(strange)[:80] or 'that comes twice'}")
    if wild := [name for name, rho in told.items() if not -1.0 <= rho <= 1.0]:
        raise InputError(f"{where}: the correlation with {wild[0]} is no number from -1 to 1")
    return told


def _check_numbers(found: Sequence[Response], file: Path) -> None:
    if not found:
        raise InputError(f"{file} holds no responses", LAYOUT_HINT)
    twice = [each for each, count in Counter(response.id for response in found).items() if count > 1]
    if twice:
        raise InputError(f"{file}: response {twice[0]} comes twice", "keep one of them")
    rules = published_rules()
    there = {response.query for response in found}
    if not there & {*rules.queries}:
        return
    options = range(1, rules.responses_per_query + 1)
    wanted = {f"{query}/{option}" for query in rules.queries for option in options}
    missing, strange = wanted - {each.id for each in found}, {each.id for each in found} - wanted
    if missing or strange:
        wrong = (
            f"lacks {len(missing)} ({sorted(missing)[0]} ...)" if missing else f"has {sorted(strange)[0]} beside them"
        )
        raise InputError(
            f"{file} has {len(found)} responses; the published ones are {len(wanted)}, and it {wrong}", LAYOUT_HINT
        )
