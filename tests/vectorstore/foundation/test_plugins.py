"""Extensions are found by decorator and by package; what does not work is named and in nobody's way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from installed_packages import install

from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.plugins import Extensions, InstalledExtension, guarded

GROUP = "test.greetings"
MODULE = """
def hello():
    return "hello"

def again():
    return "again"

number = 7
"""
POINTS = {
    "hello": "greetings_of_others:hello",
    "lost": "no_such_package:hello",
    "nothing": "greetings_of_others:nothing",
    "number": "greetings_of_others:number",
    "spoilt": "spoilt_module:hello",
}


@pytest.fixture
def greetings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Extensions[Callable[[], str]]:
    install(monkeypatch, tmp_path / "one", "greetings_of_others", MODULE, {GROUP: POINTS})
    install(monkeypatch, tmp_path / "two", "spoilt_module", "raise ValueError('two\\nlines')", {})
    for module in ("greetings_of_others", "spoilt_module"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return Extensions(
        GROUP, "greeting", lambda found: found if callable(found) else None, "it is called", error=ModelError
    )


def test_both_ways_lead_to_the_same_place(greetings: Extensions[Callable[[], str]]) -> None:
    @greetings.register("moin")
    def moin() -> str:
        return "moin"

    assert greetings.load("moin") is moin
    assert greetings.load("hello")() == "hello"
    assert greetings.names() == tuple(sorted([*POINTS, "moin"]))


def test_what_does_not_work_is_named_and_the_others_still_do(greetings: Extensions[Callable[[], str]]) -> None:
    working, broken = greetings.load_all()
    assert list(working) == ["hello"]
    assert list(broken) == ["lost", "nothing", "number", "spoilt"]
    for name, error in broken.items():
        assert isinstance(error, ModelError)
        assert f"{name!r} ({POINTS[name]})" in error.message
        assert "\n" not in error.message
        assert error.hint
    assert "no_such_package" in broken["lost"].message
    assert "two lines" in broken["spoilt"].message
    assert broken["number"].message.endswith("is no greeting: it is called")


def test_a_list_says_who_brings_what_and_what_is_wrong(greetings: Extensions[Callable[[], str]]) -> None:
    greetings.register("moin")(greetings.load("hello"))
    rows = {row.name: row for row in greetings.listing()}
    assert rows["hello"] == InstalledExtension("hello", "greetings_of_others:hello", "greetings_of_others 1.2")
    assert rows["moin"] == InstalledExtension("moin", "greetings_of_others:hello", "")
    assert "no_such_package" in rows["lost"].problem
    assert list(rows) == sorted(rows)


def test_unknown_names_are_refused_with_the_known_ones(greetings: Extensions[Callable[[], str]]) -> None:
    with pytest.raises(InputError) as refused:
        greetings.load("ola", asked="ola:x")
    assert (refused.value.message, refused.value.hint) == (
        "unknown greeting 'ola:x'",
        "known: hello, lost, nothing, number, spoilt",
    )
    assert Extensions("test.nobody", "greeting", lambda found: found, "").unknown("ola").hint == "known: none"


def test_one_name_for_two_things_is_refused(
    greetings: Extensions[Callable[[], str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    more = {"hello": "greetings_of_others:again", "lost": "no_such_package:hello"}
    install(monkeypatch, tmp_path / "three", "further_greetings", "", {GROUP: more})
    with pytest.raises(InputError, match=r"'hello' is offered twice, by .*:(again|hello) and .*:(again|hello)"):
        greetings.load("hello")
    with pytest.raises(InputError, match="offered twice"):
        greetings.register("moin")(max)
        greetings.register("moin")(min)


def test_what_is_registered_and_named_by_a_package_is_one(greetings: Extensions[Callable[[], str]]) -> None:
    hello = greetings.load("hello")
    greetings.register("hello")(hello)
    assert greetings.load("hello") is hello
    assert [row.package for row in greetings.listing() if row.name == "hello"] == ["greetings_of_others 1.2"]


def test_what_is_defined_again_takes_its_own_place(greetings: Extensions[Callable[[], str]]) -> None:
    for word in ("first", "second"):

        @greetings.register("mine")
        def mine(word: str = word) -> str:
            return word

    assert greetings.load("mine")() == "second"


def test_modules_of_the_own_folder_register_themselves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "own_greetings"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from vectorstore.foundation.plugins import Extensions\n"
        "ALL = Extensions('test.own', 'greeting', lambda it: it if callable(it) else None, '', home='own_greetings')\n"
    )
    for name in ("servus", "moin"):
        (folder / f"{name}.py").write_text(
            f"import own_greetings\n@own_greetings.ALL.register('{name}')\ndef it(): ...\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    import own_greetings  # type: ignore[import-not-found]

    assert own_greetings.ALL.names() == ("moin", "servus")


@pytest.mark.parametrize(
    "raised", [RuntimeError("two\nlines"), KeyError("gone"), AttributeError("none"), RecursionError()]
)
def test_whatever_others_raise_is_one_line_that_names_them(raised: Exception) -> None:
    def ask() -> None:
        raise raised

    with pytest.raises(ModelError, match=r"^the greeting 'moin' fails: ") as named:
        guarded(ask, "the greeting 'moin' fails", ask, ModelError)
    assert "\n" not in named.value.message and named.value.__cause__ is raised


def test_what_they_say_themselves_stays_and_our_own_faults_do(greetings: Extensions[Callable[[], str]]) -> None:
    def refuse() -> None:
        raise InputError("no such greeting")

    def break_down() -> None:
        raise RuntimeError("a fault of ours")

    with pytest.raises(InputError, match=r"^no such greeting$"):
        guarded(refuse, "the greeting fails", refuse, ModelError)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        guarded(greetings, "the greeting fails", break_down)
    assert guarded(greetings, "the greeting fails", greetings.load("hello")) == "hello"
