"""What the documents promise: links lead somewhere, examples run, verbs exist."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest
from typer.main import get_command

from agents.feeds.policy import load_policy
from agents.models.base import Ask, Choice, Model, ModelOptions, Stimulus
from agents.procedures.procedure import alone
from valuespectrum.cli.app import build_app

ROOT = Path(__file__).parents[1]
OURS = {"valuespectrum", "agents", "ingest", "vectorstore", "tests", "docs", "bench"}
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (path.parent / target).exists(), target


def anchor(heading: str) -> str:
    """What a heading is called in a link, as GitHub has it."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_into_a_page_lead_to_a_heading(path: Path) -> None:
    for page, name in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text(encoding="utf-8")):
        text = (path.parent / page if page else path).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
        assert name in {anchor(heading) for heading in headings}, f"{page}#{name}"


def test_tests_that_are_named_exist() -> None:
    known = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    named = {
        name for path in DOCUMENTS for name in re.findall(r"(test_\w+\.py)(?:::(test_\w+))?", path.read_text("utf-8"))
    }
    assert len(named) > 50
    assert sorted(each for each in named if f"def {each[1]}" not in known.get(each[0], "")) == []


STATISTICS = sorted((ROOT / "docs" / "statistics").glob("*.md"))


@pytest.mark.parametrize("path", STATISTICS, ids=lambda path: path.name)
def test_a_page_of_a_statistic_says_what_it_is_for_and_when_it_is_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for part in ("Question", "Formula", "Source", "How to read it", "When not to use it"):
        assert f"**{part}.**" in text, part


def written(verb: str) -> tuple[str, str]:
    """What a verb prints with ``--json``: the code that says so, and its row of the page."""
    from ingest.report import IngestReport
    from valuespectrum.operations.browse import session_summary
    from valuespectrum.operations.searches import conducted
    from valuespectrum.operations.steering import graph, sweep
    from valuespectrum.sessions.document import sessions_document

    made: dict[str, Callable[..., object]] = {
        "ingest": IngestReport.to_json,
        "browse": session_summary,
        "instrument search": conducted._written,
        "compare` of session logs": sessions_document,
        "steer sweep": sweep._document,
        "steer graph": graph._document,
    }
    page = (ROOT / "docs" / "data-on-disk.md").read_text(encoding="utf-8")
    return dedent(inspect.getsource(made[verb])), page.partition(f"\n| `{verb}")[2].partition("\n")[0]


@pytest.mark.parametrize(
    "verb", ["ingest", "browse", "instrument search", "compare` of session logs", "steer sweep", "steer graph"]
)
def test_the_contract_of_a_verb_names_all_that_it_prints(verb: str) -> None:
    code, row = written(verb)
    names = set(re.findall(r'^        "([a-z_]+)": |"([a-z_]+)": [a-z]+\}|document\["([a-z_]+)"\] =', code, re.M))
    named = {name for each in names for name in each if name}
    assert len(named) > 8 and {name for name in named if f"`{name}`" not in row} == set()


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", index.read_text("utf-8"))}
    assert [str(page.relative_to(ROOT)) for page in PAGES if page.resolve() not in linked | {index.resolve()}] == []


def test_programs_that_are_named_exist() -> None:
    for path in DOCUMENTS:
        for name in re.findall(r"python -m ((?:\w+\.)+\w+)", path.read_text(encoding="utf-8")):
            found = ROOT.joinpath(*name.split("."))
            assert found.with_suffix(".py").exists() or (found / "__main__.py").exists(), f"{path.name}: {name}"


def test_the_readme_names_every_verb() -> None:
    table = "".join(re.findall(r"^\| (`.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M))
    commands: dict[str, object] = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    assert [verb for verb in commands if not re.search(rf"`{verb}\b", table)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_name_verbs_and_options_that_exist(path: Path) -> None:
    commands = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    groups = {name for name, command in commands.items() if hasattr(command, "commands")}
    for group in groups:
        commands |= {f"{group} {name}": command for name, command in commands.pop(group).commands.items()}
    lines = rf"valuespectrum ((?:(?:{'|'.join(sorted(groups))}) )?[a-z]+(?: [^`\n]*)?)"
    for line in re.findall(lines, path.read_text(encoding="utf-8")):
        words = line.split()
        verb = " ".join(words[:2]) if words[0] in groups else words[0]
        if not any(word.startswith("--") for word in words) and verb not in commands:
            continue  # prose, not a command
        assert verb in commands, line
        known = {name for option in commands[verb].params for name in (*option.opts, *option.secondary_opts)}
        asked = {word for word in words if re.fullmatch(r"--[a-z-]+", word)} - {"--help"}
        assert asked <= known, line


def test_settings_are_named_like_options_unless_the_page_says_otherwise() -> None:
    import valuespectrum as vs

    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    commands = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    options: dict[str, set[str]] = {}
    for row in re.findall(r"^\| `.*\|$", page, re.M):
        cells, group = row.split("|"), ""
        for verb in re.findall(r"`([a-z]+(?: [a-z][a-z-]*)?)", cells[1]):
            words = verb.split()
            group = words[0] if len(words) > 1 else group
            command = commands.get(words[0]) or commands[group].commands[words[0]]
            if len(words) > 1:
                command = command.commands[words[1]]
            names = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
            for kind in re.findall(r"`vs\.(\w+)`", cells[3]):
                options.setdefault(kind, set()).update(name.removeprefix("--").replace("-", "_") for name in names)
    told = page.partition("Named otherwise are")[2].partition("| verb |")[0]
    assert len(options) > 30
    unnamed = {
        f"{kind}.{field.name}"
        for kind in set(options) - {"QuickstartOptions"}
        for field in fields(getattr(vs, kind))
        if field.name not in options[kind] and f"`{field.name}`" not in told
    }
    assert unnamed == set()


def example_of(heading: str) -> dict[str, object]:
    """What the first example below a heading of docs/extending.md defines."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    code = re.search(r"```python\n(.*?)```", text, re.S)
    assert code is not None
    names: dict[str, object] = {"__name__": f"example of {heading}"}
    exec(compile(code[1], heading, "exec", dont_inherit=True), names)
    return names


def test_the_example_of_a_decorator_is_found() -> None:
    kind = example_of("Extending")["Calm"]
    assert isinstance(kind, type)
    assert isinstance(load_policy("calm"), kind)


def test_the_example_of_a_procedure_is_one() -> None:
    names = example_of("A procedure")
    found, make, cast, people = (names[name] for name in ("found", "most_watched", "cast", "people"))
    assert found == [alone(make(person), cast) for person in people]  # type: ignore[operator, arg-type, attr-defined]
    assert len(set(found)) > 3


def test_the_example_of_a_model_is_a_model() -> None:
    names = example_of("A model")
    model = names["load"]("", ModelOptions())  # type: ignore[operator]
    assert isinstance(model, Model)
    ask = Ask(Stimulus(), "Do you?", (Choice("yes", ("yes",)), Choice("no", ("no",))))
    answers = list(model.score([ask, ask]))
    assert [answer.parsed for answer in answers] == ["yes", "yes"]
    assert set(answers[0].log_probabilities) == {"yes", "no"}


def test_the_example_of_an_instrument_measures(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from cli_world import MODEL

    import valuespectrum as vs
    from valuespectrum.instruments.registry import INSTRUMENTS

    request.addfinalizer(lambda: INSTRUMENTS._registered.pop("agree", None))
    example_of("An instrument")
    assert "agree" in {row["name"] for row in vs.list_instruments().rows()}
    settings = vs.InstrumentSettings(option={"first": "no"})
    scores = vs.run_instrument("agree", MODEL, tmp_path / "run", settings)
    assert len(scores.to_pandas()) == 4 and set(scores.to_pandas()["n_units"]) == {3}
    again = vs.score(tmp_path / "run").to_dict()
    assert {**scores.to_dict(), **again} == scores.to_dict(), "no model is needed to score"


def test_the_example_of_a_steering_method_fits(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    import valuespectrum as vs
    from valuespectrum.steering.registry import STEERING

    request.addfinalizer(lambda: STEERING._registered.pop("two-words", None))
    example_of("A steering method")
    settings = vs.FitSettings(method="two-words", option={"block": "2"})
    fitted = vs.fit_steering("reference", "security", tmp_path / "it.steer", settings)
    assert fitted.to_dict()["told"]["length"] > 0
    (told,) = vs.list_steering([str(tmp_path / "it.steer")]).to_dict()["interventions"]
    assert told["method"] == "two-words" and [edit["block"] for edit in told["edits"]] == [2]


def test_the_example_of_a_kind_of_gate_comes_back() -> None:
    from agents.models.steering.gates import Gate, Scorer

    names = example_of("A kind of gate")
    make, read = names["LengthScorer"], names["read"]
    scorer = make(40)  # type: ignore[operator]
    assert isinstance(scorer, Scorer)
    gate = Gate(scorer, above=0.0)
    assert gate.opens("a" * 41) and not gate.opens("a" * 40)
    assert read(*scorer.written()) == scorer  # type: ignore[operator]
    for wrong in ({}, {"spared": "40"}, {"spared": 40, "more": 1}):
        with pytest.raises(ValueError, match="a scorer of lengths has a number of letters"):
            read(wrong, {})  # type: ignore[operator]


def test_the_example_of_python_makes_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli_world import MODEL, ColourEmbedder, write_clips

    import valuespectrum as vs

    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S)
    assert code is not None and "hf:Qwen/Qwen3-VL-4B-Instruct" in code[1]
    write_clips(tmp_path / "videos", each=1)
    monkeypatch.chdir(tmp_path)
    # What a test cannot download: a public embedder and model.
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    names: dict[str, object] = {}
    exec(code[1].replace("hf:Qwen/Qwen3-VL-4B-Instruct", MODEL), names)
    assert isinstance(names["scores"], vs.Scores) and len(names["scores"].to_pandas()) == 10
    assert (tmp_path / "runs" / "qwen" / "report.html").is_file()


def test_the_table_of_python_names_what_is_offered() -> None:
    import valuespectrum as vs

    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bvs\.(\w+)", text))
    assert named <= set(dir(vs))
    functions = {name for name in dir(vs) if inspect.isfunction(getattr(vs, name))}
    unsaid = {name for name in functions if not name.startswith("known_")} - {"read_option_file"}
    assert unsaid <= named


def test_the_example_of_a_file_of_options_is_one(tmp_path: Path) -> None:
    import valuespectrum as vs
    from valuespectrum.cli.console.config import known_options

    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", text, re.S)
    assert example is not None
    (tmp_path / "study.yaml").write_text(example[1], encoding="utf-8")
    known = known_options(get_command(build_app()))
    found = vs.read_option_file(tmp_path / "study.yaml", "bench", known)
    assert found["persona"].value == ["all"] and found["placebos"].value == "5" and len(found["model"].value) == 2


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    alone = re.findall(r"`((?:[\w-]+/)+(?:[\w-]+\.(?:py|md|ya?ml))?)`", text)
    within = re.findall(r"(?<![\w./:-])((?:[\w-]+/)+[\w-]+\.(?:py|md|ya?ml))\b", text)
    for name in [*alone, *within]:
        if name.split("/")[0] in OURS:
            assert (ROOT / name).exists(), name


def test_the_drawing_of_the_house_is_up_to_date() -> None:
    from draw_house import draw

    drawn = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    assert drawn == draw(), "run `make architecture`"
