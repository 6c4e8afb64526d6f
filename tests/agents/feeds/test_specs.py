"""Policies as a command line names them, and plain functions as policies."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from feed_items import drawn_items
from installed_packages import install

from agents.feeds.policy import POLICIES, load_policy, policy_params, read_policy
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError

FUNCTIONS = """
def by_id(state, first: str = "clip2", strength: float = 1.0):
    return {first: strength, "clip3": 1.0}

def short(state):
    return [1.0]

def negative(state):
    return [-1.0] * len(state.offer)

def silent(state):
    return None

def failing(state):
    raise KeyError("no taste")

def elsewhere(state):
    return {"clip99": 1.0}

def words(state):
    return ["much"] * len(state.offer)

def stateless():
    return []

def greedy(state, *others):
    return []

NUMBER = 3
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    (tmp_path / "feeds.py").write_text(FUNCTIONS)
    return f"file:{tmp_path / 'feeds.py'}"


@pytest.mark.parametrize(
    ("spec", "name", "params"),
    [
        ("random", "random", {}),
        ("similar:temperature=0.2, exploration=0.1", "similar", {"decay": 0.9, "temperature": 0.2, "exploration": 0.1}),
        ("similar:0.5", "similar", {"decay": 0.5, "temperature": 0.1, "exploration": 0.1}),
        ("balanced:3,include_ungrouped=true", "balanced", {"first_row": 3, "include_ungrouped": True}),
    ],
)
def test_a_spec_names_a_policy_and_its_options(spec: str, name: str, params: dict[str, object]) -> None:
    policy = read_policy(spec)
    assert (policy.name, policy_params(policy)) == (name, params)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("similer:temperature=1", "unknown policy 'similer'"),
        ("similar:heat=1", "no option 'heat'"),
        ("similar:temperature=warm", "option temperature"),
        ("similar:temperature=1,temperature=2", "'temperature=2' says nothing"),
        ("similar:", "'' says nothing"),
        ("similar:temperature=1,,decay=1", "'' says nothing"),
        ("random:fast", "'fast' says nothing"),
        ("similar:diversity=2", "diversity must lie in 0..1"),
        ("similar:window=0", "window"),
        ("bandit:best", "option rule"),
        ("bandit:noise=0", "noise"),
        ("bandit:draws=0", "draws"),
        ("popular", "option counts"),
        ("popular:gone.csv", "cannot read the counts gone.csv"),
        ("adversarial:steer", "a group goes with the mode steer"),
        ("adversarial:counter,group=power", "a group goes with the mode steer"),
        ("adversarial:nasty", "option mode"),
        ("yoked", "option log"),
        ("yoked:simulated-power=2-random-0.jsonl", "cannot read the session log simulated-power=2-random-0.jsonl"),
        ("file:feeds.py", "names no function of a file"),
        ("file:gone.py:mine", "cannot read the policy gone.py"),
    ],
)
def test_a_bad_spec_is_one_line(spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_policy(spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("id,count\na,1\n", "no column 'clip'"),
        ("clip,count\na,-1\n", "line 2: '-1' is no count"),
        ("clip,count\na,inf\n", "'inf' is no count"),
        ("clip,count\na,1,234\n", "line 2: more cells"),
        ("clip,count,count\na,1,2\n", "column 'count' twice"),
        ("clip,count\na,1\na,2\n", "line 3: a clip that stands above"),
        ("clip,count\n,1\n", "line 2: no clip"),
        ("clip,count\na\n", "is no count"),
        ('clip,count\n"a,1\n', "no CSV file"),
    ],
)
def test_counts_that_are_none_are_refused_by_line(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "counts.csv").write_text(table)
    with pytest.raises(InputError, match=message):
        load_policy("popular", counts=str(tmp_path / "counts.csv"))


def test_other_counts_than_those_of_the_log_are_refused(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("clip,count\nclip1,5\n")
    params = policy_params(load_policy("popular", counts=str(counts)))
    assert load_policy("popular", **params).options == load_policy("popular", counts=str(counts)).options
    counts.write_text("clip,count\nclip1,6\n")
    with pytest.raises(InputError, match="has changed since"):
        load_policy("popular", **params)


# ------------------------------------------------------------------------------------------ functions


def test_files_of_policies_may_lie_at_home_and_have_names_that_files_can_have(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a colon or an equals sign no shell knows a tilde; and a log of somebody may name anything."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "counts.csv").write_text("clip,count\nclip1,3\n")
    found = load_policy("popular", counts=str(tmp_path / "counts.csv"))
    at_home = policy_params(read_policy("popular:counts=~/counts.csv"))
    assert at_home == {**policy_params(found), "counts": "~/counts.csv"}
    assert policy_params(read_policy("file:~/feeds.py:by_id")) == policy_params(read_policy(f"{place}:by_id"))
    for name, option in (("popular", "counts"), ("replay", "log"), ("yoked", "log")):
        with pytest.raises(InputError, match="null character"):
            load_policy(name, **{option: "a\0b"})


def test_a_function_of_a_file_gives_the_chances(place: str) -> None:
    policy = read_policy(f"{place}:by_id,strength=3")
    shown = policy.next(FeedState.of(drawn_items(5)), np.random.default_rng(0))
    assert shown is not None
    assert {each.id: each.propensity for each in shown.candidates if each.propensity} == {"clip2": 0.75, "clip3": 0.25}
    params = policy_params(policy)
    assert policy.name == f"{place}:by_id" and {**params, "content": ""} == {
        "first": "clip2",
        "strength": 3.0,
        "content": "",
    }
    assert policy_params(load_policy(policy.name, **params)) == params


def test_a_changed_file_is_refused_by_what_a_log_says_of_it(place: str) -> None:
    policy = read_policy(f"{place}:by_id")
    path = Path(place.removeprefix("file:"))
    path.write_text(path.read_text() + "# changed\n")
    with pytest.raises(InputError, match="has changed since"):
        load_policy(policy.name, **policy_params(policy))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("short", "gives 1 chances for 5 items"),
        ("negative", "no probabilities"),
        ("failing", "cannot choose.*no taste"),
        ("elsewhere", "'clip99', which is not on offer"),
        ("words", "gives no numbers"),
        ("stateless", "takes no state"),
        ("greedy", "'others' can be no option"),
        ("NUMBER", "has no function 'NUMBER'"),
        ("missing", "has no function 'missing'"),
        ("by_id,taste=2", "no option 'taste'"),
        ("by_id,strength=much", "option strength"),
    ],
)
def test_a_function_that_is_no_policy_is_told_in_one_line(place: str, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_policy(f"{place}:{name}").next(FeedState.of(drawn_items(5)), np.random.default_rng(0))


def test_a_function_may_have_nothing_left_and_is_not_asked_when_nothing_is_on_offer(place: str) -> None:
    assert read_policy(f"{place}:silent").next(FeedState.of(drawn_items(2)), np.random.default_rng(0)) is None
    nothing = FeedState.of(drawn_items(2), [])
    assert read_policy(f"{place}:failing").next(nothing, np.random.default_rng(0)) is None


def test_a_file_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module_anywhere\n")
    with pytest.raises(InputError, match=r"cannot be run.*no_such_module"):
        read_policy(f"file:{tmp_path / 'broken.py'}:mine")


def test_a_file_is_run_once_however_many_sessions_walk(tmp_path: Path) -> None:
    program, runs = tmp_path / "feed.py", tmp_path / "runs"
    kept = f"with open({str(runs)!r}, 'a') as file:\n    file.write('.')\n"
    program.write_text(f"{kept}def even(state):\n    return [1.0] * len(state.offer)\n")
    for _ in range(3):
        read_policy(f"file:{program}:even")
    assert runs.read_text() == "."
    program.write_text(f"{kept}def even(state):\n    return [2.0 for _ in state.offer]\n")
    read_policy(f"file:{program}:even")
    assert runs.read_text() == "..", "another file by now"


def test_a_file_is_run_as_it_is_now_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    """Python would take what it kept of a file that was as long, and was changed in the same second."""
    path = tmp_path / "quick.py"
    for wanted in (1, 3, 2):
        path.write_text(f"def mine(state, strength: float = {wanted}.0):\n    return [1.0] * len(state.offer)\n")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        assert policy_params(read_policy(f"file:{path}:mine"))["strength"] == wanted
    assert [each.name for each in tmp_path.iterdir()] == ["quick.py"]


def test_a_file_may_have_dataclasses_and_types_that_only_a_checker_imports(tmp_path: Path) -> None:
    path = tmp_path / "typed.py"
    path.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from agents.feeds.state import FeedState\n"
        "@dataclass\nclass Taste:\n    strength: float\n"
        "def mine(state: FeedState, strength: float = 1) -> list[float]:\n"
        "    return [Taste(strength).strength] * len(state.offer)\n"
    )
    assert policy_params(read_policy(f"file:{path}:mine,strength=2"))["strength"] == 2.0


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("topics=[]", r"'topics' can be no option: its default is \[\]"),
        ("topics: 'Unheard' = 1", "the type of its option 'topics' cannot be told"),
        ("topics: np.random.Generator = 1", "an option of a type that nobody can write"),
    ],
)
def test_a_function_whose_options_are_none_is_told_in_one_line(tmp_path: Path, told: str, message: str) -> None:
    path = tmp_path / "odd.py"
    path.write_text(f"import numpy as np\ndef mine(state, {told}):\n    return [1.0] * len(state.offer)\n")
    with pytest.raises(InputError, match=message) as caught:
        read_policy(f"file:{path}:mine")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("chances", ["inf, -inf", "1e308, 1e308", "float('nan'), 1"])
def test_chances_without_a_sum_are_told_in_one_line(tmp_path: Path, chances: str) -> None:
    path = tmp_path / "endless.py"
    path.write_text(f"from math import inf\ndef mine(state):\n    return [{chances}]\n")
    with pytest.raises(InputError, match="no probabilities"):
        read_policy(f"file:{path}:mine").next(FeedState.of(drawn_items(2)), np.random.default_rng(0))


def test_an_installed_function_is_a_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def last(state, power: int = 2):\n    return [k**power for k in range(len(state.offer))]\n"
    install(
        monkeypatch,
        tmp_path / "installed",
        "feeds_of_others",
        code,
        {POLICIES.group: {"latest": "feeds_of_others:last"}},
    )
    policy = read_policy("latest:power=1")
    assert (policy.name, policy_params(policy)) == ("latest", {"power": 1})
    shown = policy.next(FeedState.of(drawn_items(3)), np.random.default_rng(0))
    assert shown is not None and [each.propensity for each in shown.candidates] == pytest.approx([0, 1 / 3, 2 / 3])


def test_what_an_earlier_installation_says_of_us_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {POLICIES.group: {"similar": "agents.browsing.policies:Similar"}}
    install(monkeypatch, tmp_path / "old", "old_points", "", old)
    assert load_policy("similar").name == "similar"
