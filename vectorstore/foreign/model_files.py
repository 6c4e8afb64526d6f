"""Look at the files of a model folder before any library reads them: they may come from anybody.

Configurations say how much memory is taken, templates what is computed, and links what is read. What is absurd is
refused in one line, before it costs anything. Weights are only measured.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from vectorstore.foundation.errors import ModelError

NEVER_ITS_CODE = {"trust_remote_code": False}
"""For every ``from_pretrained``: code that comes with weights is never run, and nobody is asked whether it may."""

_TEXTS = {".json", ".jinja", ".txt", ".model"}
_LARGEST, _LARGEST_WORDS, _LARGEST_INDEX = 8 << 20, 512 << 20, 64 << 20
"""Bytes of a configuration, of a vocabulary, of a list of tensors; those in use have 1, 40 and 10 MB at most."""
_WORDS = re.compile(r"(?:tokenizer|vocab|merges|added_tokens|spiece|sentencepiece|.*\.spm|.*bpe)\b.*", re.IGNORECASE)
_OTHERS = {
    "adapter_config.json": "an adapter names another model, which would be fetched and loaded with it",
    "audio_tokenizer_config.json": "it names another model, which would be fetched and loaded with it",
}
"""Files that name further models."""
_OTHER = "audio_tokenizer"
"""Key of a processor's configuration that does."""
_DEEPEST = 100
_WEIGHTS = {".safetensors", ".bin", ".pt", ".pth"}
_LEAST_BYTES = 0.2
"""Bytes of a parameter that is stored as small as it gets."""
_SLACK = 50_000_000
_BOUNDS = (
    (re.compile(r"vocab_size|num_embeddings|vocabulary"), 1 << 23),
    (re.compile(r"layers?$|depths?$|blocks?$|n_layer|num_stages"), 4096),
    (re.compile(r"max_position|max_seq|max_length|max_source|context|window"), 1 << 28),
    (re.compile(r"image_seq|image_tokens|tokens_per|max_patches|num_frames|num_queries|num_patches"), 1 << 18),
    (re.compile(r"edge|pixels"), 1 << 32),
    (re.compile(r"image_size|patch_size|crop_size|height|width$|stride|kernel"), 1 << 13),
    (re.compile(r"_size|_dim|_rank|d_model|d_ff|heads|experts|groups|channels|n_embd|n_inner"), 1 << 20),
)
"""What numbers may come to, by the names they have; the first that fits counts."""
_UNBOUND = re.compile(r"model_max_length|theta|_ids?$|seed|version|factor")
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def check_model_folder(folder: Path, name: str) -> None:
    """Refuse a model folder whose files would take absurd time or memory to read or to build, or lead to other models.

    Args:
        folder: As ``save_pretrained`` writes it.
        name: What the user calls it.

    Raises:
        ModelError: If it names another model to be loaded with it; if a file is no plain file, too large, nested too
            deeply or no JSON; or if its numbers are those of no model: more layers, words or parameters than can be,
            or than the weights beside them hold.
    """
    weights = 0
    for path in sorted(folder.iterdir()):
        if path.name in _OTHERS:
            raise _refused(name, path, _OTHERS[path.name])
        if path.suffix in _TEXTS or path.suffix in _WEIGHTS:
            size = _size(path, name)
            weights += size if path.suffix in _WEIGHTS else 0
            if path.suffix in _TEXTS and size > (most := _most(path)):
                raise _refused(name, path, f"{size:,} bytes, more than {most:,}")
    for path in sorted(folder.glob("*config*.json")):
        document = _document(path, name)
        if isinstance(document, Mapping) and document.get(_OTHER):
            raise _refused(name, path, f"its {_OTHER} names another model, which would be fetched and loaded with it")
        for place, number in _numbers(document):
            if number > (bound := _bound(place)):
                raise _refused(name, path, f"{place} = {number:,}, more than {bound:,}")
        if path.name == "config.json" and weights:
            _check_parameters(document, weights, name, path)


def _size(path: Path, name: str) -> int:
    try:
        status = path.stat()
    except OSError as error:
        raise _refused(name, path, str(error.strerror or error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise _refused(name, path, "no plain file")
    return status.st_size


def _most(path: Path) -> int:
    if path.name.endswith(".index.json"):
        return _LARGEST_INDEX
    return _LARGEST_WORDS if _WORDS.fullmatch(path.name) and "config" not in path.name else _LARGEST


def _document(path: Path, name: str) -> object:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(name, path, str(error.strerror or error)) from error
    depth = deepest = 0
    for letter in _STRINGS.sub(b"", content):
        if letter in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in b"]}":
            depth -= 1
    if deepest > _DEEPEST:
        raise _refused(name, path, f"nested {deepest:,} deep, more than {_DEEPEST}")
    try:
        return json.loads(content)
    except ValueError as error:  # numbers of thousands of digits among them
        raise _refused(name, path, f"no valid JSON ({error})") from error


def _numbers(document: object, place: str = "") -> Iterator[tuple[str, float]]:
    """Numbers with the names that lead to them; those of lists and of sizes have the name of what they are in."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from _numbers(value, f"{place}.{key}" if place else str(key))
    elif isinstance(document, list):
        for value in document:
            yield from _numbers(value, place)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield place, abs(document)


def _bound(place: str) -> float:
    own = place.rpartition(".")[2]
    if _UNBOUND.search(own):
        return float("inf")
    return next((most for pattern, most in _BOUNDS if pattern.search(own)), float("inf"))


def _check_parameters(document: object, weights: int, name: str, path: Path) -> None:
    """Compare what a configuration asks for at least with what the weights can hold at most."""
    for part in _parts(document):
        width = _number(part, "hidden_size", "d_model", "n_embd")
        words = _number(part, "vocab_size") * width
        layers = _number(part, "num_hidden_layers", "num_layers", "n_layer")
        least = words + layers * width * max(width, _number(part, "intermediate_size", "d_ff", "n_inner"))
        least += (_number(part, "image_size") // max(1, _number(part, "patch_size"))) ** 2 * width
        if least * _LEAST_BYTES > weights + _SLACK:
            raise _refused(name, path, f"at least {least:,} parameters, but {weights:,} bytes of weights")


def _parts(document: object) -> Iterator[Mapping[str, object]]:
    if isinstance(document, Mapping):
        yield document
        for value in document.values():
            yield from _parts(value)


def _number(part: Mapping[str, object], *names: str) -> int:
    found = (part.get(name) for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), 0)


def _refused(name: str, path: Path, what: str) -> ModelError:
    return ModelError(
        f"{name}: {path.name} is refused: {what}", "are these the files of the model that its makers gave?"
    )
