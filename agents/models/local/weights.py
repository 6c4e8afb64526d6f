"""Find a transformers model on disk or on the hub, load it whole, and say exactly which one it is."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from agents.models.base import ModelOptions
from agents.models.hf_types import HfModel, Processor
from agents.models.model_names import ModelId, read_options, split_options, split_revision
from vectorstore.foreign.model_files import NEVER_ITS_CODE, check_model_folder
from vectorstore.foreign.on_disk import whole_folder
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.text import one_line
from vectorstore.foundation.user_paths import user_path

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(@[\w./-]+)?")
_IDENTITY = (".safetensors", ".bin", ".json", ".jinja", ".model", ".txt")
"""Files of a model folder that can change its answers."""
_DESCRIBING = ["*.json", "*.jinja", "*.txt", "*.model"]
"""Files of a model on the hub that say what its weights are."""
_DTYPES = ("float32", "float16", "bfloat16")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with its processor, ready to be asked."""

    model: HfModel
    processor: Processor
    id: str
    """Name with revision."""


@dataclass(frozen=True, slots=True)
class WeightsSource:
    """Where a model comes from, in the terms of ``from_pretrained``."""

    name: str
    location: str
    revision: str | None
    local: bool


def template_variables(reference: str) -> tuple[str, dict[str, object]]:
    """The name of a model without the switch for thinking, and what that switch tells its chat template.

    Raises:
        ModelError: If the switch is set to something else than off.

    Example:
        >>> template_variables("OWNER/NAME?thinking=off")
        ('OWNER/NAME', {'enable_thinking': False, 'thinking': False})
    """
    name, options = split_options(reference)
    given = read_options(options)
    if "thinking" not in given:
        return reference, {}
    if given != {"thinking": "off"}:
        raise ModelError(
            f"{name}: {options} is not possible here, since choices are read off the first token",
            "use ?thinking=off, or a server (openai:...?thinking=on)",
        )
    return name, {"enable_thinking": False, "thinking": False}


def load_weights(reference: str, options: ModelOptions) -> Loaded:
    """Load an image-text-to-text model from a folder or from the hub.

    Args:
        reference: A folder written by ``save_pretrained``, or ``OWNER/NAME`` with an optional ``@REVISION``.
        options: Device and number format.

    Raises:
        ModelError: If there is no such model, it is of another kind, it needs code of its own, or its files are
            damaged or absurd.
    """
    from vectorstore.foundation.torch_setup import prepare_torch

    source = find_source(reference)
    prepare_torch()
    from transformers.utils import logging

    logging.disable_progress_bar()
    device = pick_device(options.device)
    model, processor = _from_pretrained(source, pick_dtype(options.dtype, device))
    revision = folder_hash(Path(source.location)) if source.local else getattr(model.config, "_commit_hash", None)
    return Loaded(model.to(device).eval(), processor, str(ModelId("hf", source.name, (revision or "unknown")[:16])))


def pick_device(wanted: str) -> str:
    """The device to run on; ``"auto"`` prefers CUDA, then MPS, then the processor.

    Raises:
        ModelError: If the wanted device does not exist here.
    """
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        return str(torch.empty(0, device=wanted).device)
    # Which of the three torch raises depends on the device and on how torch was built.
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(f"Device {wanted!r} cannot be used: {reason}", "try --device auto") from error


def pick_dtype(wanted: str, device: str) -> str:
    """Name of the number format; ``"auto"`` is float32 on the processor, else what the weights are stored in.

    Raises:
        ModelError: If the name is unknown.
    """
    if wanted == "auto":
        return "float32" if device == "cpu" else "auto"
    if wanted not in _DTYPES:
        raise ModelError(f"Unknown number format {wanted!r}", f"one of auto, {', '.join(_DTYPES)}")
    return wanted


def find_source(reference: str) -> WeightsSource:
    """Where the model that a user names lies.

    Raises:
        ModelError: If it is no model folder and no name of the hub.
    """
    folder = user_path(reference)
    # os.path answers no where a name is too long to be one.
    there = bool(reference) and os.path.exists(folder)  # noqa: PTH110
    if there and folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelError(f"{reference}: no config.json there", "name a folder written by save_pretrained")
        return WeightsSource(folder.resolve().name, str(folder.resolve()), None, local=True)
    if there:
        raise ModelError(f"{reference}: a file, not a model folder", "name a folder written by save_pretrained")
    if not _HUB_NAME.fullmatch(reference):
        raise ModelError(f"{reference[:200] or '(empty)'}: no such model folder", "hf:FOLDER or hf:OWNER/NAME")
    name, revision = split_revision(reference)
    return WeightsSource(name, name, revision or None, local=False)


def _from_pretrained(source: WeightsSource, dtype: str) -> tuple[HfModel, Processor]:
    """Model and processor; what is already in the local cache is not asked for on the network."""
    try:
        with whole_folder(Path(source.location), source.name, ModelError):
            return _load_once(source, dtype, local_only=True)
    except OSError as error:
        if source.local:
            raise ModelError(f"{source.name}: cannot be loaded: {one_line(error)}", "are all files there?") from error
    return _load_once(_on_the_hub(source), dtype, local_only=False)


def _on_the_hub(source: WeightsSource) -> WeightsSource:
    """The source with its commit; asks once, where downloads would try again for minutes.

    Raises:
        ModelError: If the hub cannot be reached or has no such model.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        commit = HfApi().model_info(source.name, revision=source.revision, timeout=20).sha
    except (HfHubHTTPError, HFValidationError) as error:
        reason = "no such model on the hub, or it needs a login"
        raise ModelError(f"{source.name}: {reason} ({one_line(error)})", "check the name and revision") from error
    except Exception as error:  # the client underneath changes its exceptions between releases
        reason = "not in the local cache, and the hub cannot be reached"
        raise ModelError(
            f"{source.name}: {reason} ({one_line(error)})", "check the network, or name a folder"
        ) from error
    return replace(source, revision=commit)


def _load_once(source: WeightsSource, dtype: str, *, local_only: bool) -> tuple[HfModel, Processor]:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    common = {"local_files_only": local_only, "revision": source.revision, **NEVER_ITS_CODE}
    check_files(source, local_only=local_only)
    try:
        processor = AutoProcessor.from_pretrained(source.location, **common)
        model, report = AutoModelForImageTextToText.from_pretrained(
            source.location, dtype=dtype, output_loading_info=True, use_safetensors=True, **common
        )
    except OSError as error:
        if source.local and not any(Path(source.location).glob("*.safetensors")):
            raise ModelError(
                f"{source.name}: no weights as .safetensors there; other kinds can run code when they are read",
                "save the model again with safetensors",
            ) from error
        raise
    except Exception as error:  # damaged files of others fail in every way there is
        raise _explained(source, error) from error
    wrong = [*sorted(report["missing_keys"]), *(str(entry[0]) for entry in report["mismatched_keys"])]
    if wrong:
        raise ModelError(f"{source.name}: weights are missing or of the wrong shape: {', '.join(wrong[:3])}")
    return model, processor


def check_files(source: WeightsSource, *, local_only: bool = False) -> None:
    """Look at everything but the weights before a library reads it.

    Args:
        source: Where the model lies; files of the hub are fetched.
        local_only: Whether nothing may be fetched.

    Raises:
        ModelError: If the files are absurd (:func:`vectorstore.foreign.model_files.check_model_folder`).
        OSError: If they are not there.
    """
    folder = source.location
    if not source.local:
        from huggingface_hub import snapshot_download

        folder = snapshot_download(
            source.location, revision=source.revision, allow_patterns=_DESCRIBING, local_files_only=local_only
        )
    check_model_folder(Path(folder), source.name)


def _explained(source: WeightsSource, error: Exception) -> ModelError:
    text = one_line(error)
    if "custom code" in text or "trust_remote_code" in text:
        return ModelError(
            f"{source.name}: needs code that comes with it, which is never run",
            "name a model that transformers knows by itself",
        )
    if "Unrecognized configuration class" in text or "Unrecognized model" in text or "processing class" in text:
        return ModelError(f"{source.name}: not an image-text-to-text model", "name a vision-language model")
    return ModelError(f"{source.name}: cannot be loaded: {text}", "are all files complete?")


def folder_hash(folder: Path) -> str:
    """SHA-256 over the names and contents of the files that can change an answer."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _IDENTITY and path.is_file()):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
