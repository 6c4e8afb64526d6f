"""What nothing of ours uses is used by nobody, or is offered to others and said so here."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from house import PACKAGES, ROOT, modules

OFFERED = {
    "matched_pair": "reference-world",
    "Corpus.keep_uploader_names": "corpus",
    "Outcome.to_pandas": "python",
    "ideal_angle": "reference-world",
    "least_shift": "steering/value-vectors",
    "read_slots": "statistics/graded-response",
    "written_ask": "reference-world",
}
"""Names that are there for others, and the page of ``docs`` that tells them."""
CALLED_BY_LIBRARIES = {
    "_Bearer.auth_flow": "httpx",
    "_Notes.emit": "logging",
    "Outcome._repr_html_": "IPython",
}
"""Names that somebody else calls."""
FOUND_BY_NAME = {"read_frames": "of each decoder", "try_confinement": "of each confined child"}
"""Functions that are imported under other names or from one of several modules."""


def uses() -> Counter[str]:
    """How often each name stands somewhere, with words of data files and of single-word texts; imports do not count."""
    found: Counter[str] = Counter()
    for tree in modules().values():
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                    found[name] += 1
                case ast.Constant(value=str(text)) if " " not in text.strip():
                    found.update(re.findall(r"\w+", text))
    data = [ROOT / "pyproject.toml", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.jinja"))]
    for path in data:
        found.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return found


def unused() -> Iterator[tuple[str, str]]:
    """Name and place of functions, classes, methods and constants that nothing mentions."""
    counted = uses()
    for path, tree in modules().items():
        for node in tree.body:
            match node:
                case ast.FunctionDef(name=name, decorator_list=[]) if not counted[name]:
                    yield name, path
                case ast.ClassDef(name=name, decorator_list=decorators, body=body):
                    if not decorators and not counted[name]:
                        yield name, path
                    for each in body:
                        if isinstance(each, ast.FunctionDef) and not counted[each.name] and not _is_called(each):
                            yield f"{name}.{each.name}", path
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    if counted[name] == 1 and not name.startswith("__"):
                        yield name, path


def _is_called(method: ast.FunctionDef) -> bool:
    """By Python itself, or by pydantic, which is told by a decorator."""
    validates = any("validator" in ast.unparse(decorator) for decorator in method.decorator_list)
    return validates or (method.name.startswith("__") and method.name.endswith("__"))


def test_nothing_is_there_that_nothing_uses() -> None:
    known = OFFERED | CALLED_BY_LIBRARIES | FOUND_BY_NAME
    assert [f"{name} in {path}" for name, path in unused() if name not in known] == []


def test_no_exception_outlives_its_reason() -> None:
    """What is gone by now, or used by now, needs none."""
    known = OFFERED | CALLED_BY_LIBRARIES | FOUND_BY_NAME
    assert sorted(set(known) - {name for name, _ in unused()}) == []


@pytest.mark.parametrize(("name", "page"), OFFERED.items())
def test_what_is_offered_is_told(name: str, page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    last = name.rpartition(".")[2]
    assert re.search(rf"(?:`|`\w+\.|import ){last}\b", text), f"docs/{page}.md does not name {name}"
