"""What nothing of ours uses is used by nobody, or is offered to others and said so here."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from house import PACKAGES, ROOT, modules

OFFERED = {
    "answer_all": "the whole job of asking in one call, for scripts",
    "browse_together": "many sessions at once, for scripts",
    "session_metrics": "figures of a log, for scripts",
    "value_averages": "row of averages of the paper's table",
    "QuestionList": "the asks of a plain instrument, for extensions",
    "pure_kinds": "scenes that stand for one value, for whoever draws corpora",
    "PER_VALUE": "how many keywords a list of one's own should have",
    "circular_similarity": "nearness of two values on the circle, for analyses",
    "Corpus.keep_uploader_names": "a maintainer's decision about names of strangers",
    "Outcome.to_pandas": "for notebooks",
    "SteeringMethod.fit": "contract of extensions",
    "ValueSet.circular_similarity": "nearness of two dimensions of a set, for analyses",
}
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
