"""Models run by vLLM in this process: ``vllm:FOLDER`` or ``vllm:OWNER/NAME``.

The prompts are those of ``hf:`` models, token for token. Of a question with choices one token is computed, with the
log-probabilities of the choices' tokens over the full vocabulary and of no others; more only where that token is no
choice. vLLM finds shared beginnings itself, in the order in which asks come: frame, persona, item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from agents.models.base import ModelOptions
from agents.models.choice_tokens import ChoiceTokens
from agents.models.engines.naive_engine import Reply, Work, needs_text
from agents.models.hf_types import Processor, Tokenizer
from agents.models.local.base import LocalModel
from agents.models.local.readouts import Reader, described
from agents.models.local.weights import check_files, find_source, folder_hash, template_variables
from agents.models.model_names import ModelId
from agents.models.pictures import read_picture
from agents.models.registry import not_steerable, require
from agents.models.templates.prompting import PromptWriter
from vectorstore.foreign.model_files import NEVER_ITS_CODE
from vectorstore.foundation.errors import MediaError, ModelError
from vectorstore.foundation.text import first_line

_WINDOW = 1024
"""Asks handed to vLLM at once, which forms batches itself."""
_MOST_TOKENS = 128
"""Tokens whose log-probabilities vLLM tells by name; with more it tells those of all."""

_NO_LIMIT = -1
"""In the place of 20, above which vLLM refuses to tell log-probabilities, those of all tokens too."""


def load(reference: str, options: ModelOptions) -> VllmModel:
    """Load an image-text-to-text model into vLLM.

    Args:
        reference: A folder written by ``save_pretrained``, or ``OWNER/NAME`` with an optional ``@REVISION``.
        options: Number format, layout, samples, seed; vLLM chooses device and batch sizes itself.

    Raises:
        ModelError: If vLLM is missing, or cannot run the model.
    """
    if options.steer:
        raise not_steerable("vllm")
    from vectorstore.foundation.torch_setup import prepare_torch

    reference, variables = template_variables(reference)
    source = find_source(reference)
    prepare_torch()
    require("vllm", "vllm", "vllm")
    from transformers import AutoProcessor
    from vllm import LLM

    try:
        check_files(source)
        processor = AutoProcessor.from_pretrained(source.location, revision=source.revision, **NEVER_ITS_CODE)
        llm = LLM(
            **NEVER_ITS_CODE,
            model=source.location,
            revision=source.revision,
            dtype=options.dtype,
            seed=options.seed,
            enable_prefix_caching=options.engine != "naive",
            load_format="safetensors",
            max_logprobs=_NO_LIMIT,
        )
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        reason = first_line(error)
        raise ModelError(
            f"vLLM cannot run {reference}: {reason}", "does hf: run it? vLLM needs a supported architecture and device"
        ) from error
    config = llm.llm_engine.model_config.hf_config
    revision = folder_hash(Path(source.location)) if source.local else getattr(config, "_commit_hash", None)
    return VllmModel(
        llm, processor, str(ModelId("vllm", source.name, (revision or "unknown")[:16])), options, variables
    )


class TokenScore(Protocol):
    """Of one token."""

    logprob: float


class Completion(Protocol):
    """One continuation of a prompt."""

    token_ids: Sequence[int]
    logprobs: Sequence[Mapping[int, TokenScore]]


class RequestOutput(Protocol):
    """What comes of a prompt."""

    outputs: Sequence[Completion]
    prompt_token_ids: Sequence[int]


class ModelConfig(Protocol):
    """Of the model in vLLM."""

    hf_config: object
    dtype: object


class LlmEngine(Protocol):
    """What is behind an ``LLM``."""

    model_config: ModelConfig


class Llm(Protocol):
    """A ``vllm.LLM``, as far as it is used here."""

    llm_engine: LlmEngine

    def generate(
        self, prompts: Sequence[object], sampling_params: Sequence[object], *, use_tqdm: bool
    ) -> Sequence[RequestOutput]:
        """Continue prompts."""


class VllmModel(LocalModel):
    """A respondent made of a model in vLLM and its processor.

    Args:
        llm: A ``vllm.LLM``.
        processor: The model's processor of ``transformers``, with tokenizer and chat template.
        id: Name with revision.
        options: Layout, samples, temperature, seed.
        template_variables: Further variables of the chat template, part of the settings.

    Raises:
        ModelError: If the model has no usable chat template, or an option is unknown.
    """

    def __init__(
        self,
        llm: Llm,
        processor: Processor,
        id: str,
        options: ModelOptions,
        template_variables: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(id, processor, options)
        self._parts = (llm, processor, template_variables)
        self._window = _WINDOW
        writer = PromptWriter(processor, template_variables, options.layout)
        self.explanation = "; ".join(["engine: vllm", *writer.remarks])
        """What asks, and what its prompts cannot be, in one line."""
        self._engine = VllmEngine(llm, self._tokenizer, writer)
        config = llm.llm_engine.model_config
        picture = next(
            (
                token
                for name in ("image_token_id", "image_token_index")
                if isinstance(token := getattr(config.hf_config, name, None), int)
            ),
            None,
        )
        self._readout = Reader(ChoiceTokens(self._tokenizer), options, picture, self._decode)
        self._settings = {
            **writer.settings,
            **described(options),
            "engine": "vllm",
            "dtype": str(config.dtype).removeprefix("torch."),
            **_versions(),
        }

    def asked_as(self, options: ModelOptions) -> VllmModel:
        """The same weights, asked with another layout, other samples or another seed.

        Raises:
            ModelError: If an option is unknown.
        """
        llm, processor, template_variables = self._parts
        return VllmModel(llm, processor, self._id, options, template_variables)


class VllmEngine:
    """Puts work to vLLM: first one token of everything with choices, then the words that are still wanted.

    Args:
        llm: A ``vllm.LLM``.
        tokenizer: The model's.
        writer: Renders prompts.
    """

    def __init__(self, llm: Llm, tokenizer: Tokenizer, writer: PromptWriter) -> None:
        self._llm, self._tokenizer, self._writer = llm, tokenizer, writer

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        prompts = [self._prompt(single) for single in work]
        replies: dict[int, Reply] = {
            place: Reply(error=prompt) for place, prompt in enumerate(prompts) if isinstance(prompt, str)
        }
        sound = [place for place in range(len(work)) if place not in replies]
        read = [place for place in sound if work[place].choice_tokens]
        for place, output in self._run(prompts, {place: _one_token(work[place]) for place in read}):
            replies[place] = output if isinstance(output, Reply) else _choices(work[place], output)
        wanted = [place for place in sound if _wants_words(work[place], replies.get(place))]
        for place, output in self._run(prompts, {place: _words(work[place]) for place in wanted}):
            replies[place] = output if isinstance(output, Reply) else _with_words(replies.get(place), output)
        return [replies[place] for place in range(len(work))]

    def _prompt(self, work: Work) -> dict[str, object] | str:
        """Token ids, one placeholder for each picture, and the pictures; or why there is no prompt."""
        if work.ask.stimulus.times:
            return "vLLM is given pictures here, no videos"
        try:
            pictures = [read_picture(frame) for frame in work.ask.frames]
            text = self._writer.render(work.ask)
        except MediaError as error:
            return error.message
        begin = getattr(self._tokenizer, "bos_token", None)
        ids = self._tokenizer.encode(text, add_special_tokens=not (begin and text.startswith(begin)))
        prompt: dict[str, object] = {"prompt_token_ids": [*map(int, ids), *work.suffix]}
        return {**prompt, "multi_modal_data": {"image": pictures}} if pictures else prompt

    def _run(
        self, prompts: Sequence[dict[str, object] | str], parameters: Mapping[int, Mapping[str, object]]
    ) -> Iterator[tuple[int, RequestOutput | Reply]]:
        """Outputs by place; where vLLM refuses something, each prompt alone, so that only that one fails."""
        import vllm.exceptions
        from vllm import SamplingParams

        refusals = (ValueError, vllm.exceptions.VLLMValidationError)
        places = list(parameters)
        if not places:
            return
        wanted = [SamplingParams(**parameters[place]) for place in places]
        try:
            outputs = self._llm.generate([prompts[place] for place in places], wanted, use_tqdm=False)
        except refusals as error:
            if len(places) == 1:
                yield places[0], Reply(error=f"vLLM refuses the prompt: {first_line(error)}")
                return
            for place in places:
                yield from self._run(prompts, {place: parameters[place]})
            return
        yield from zip(places, outputs, strict=True)


def _one_token(work: Work) -> dict[str, object]:
    tokens = sorted({token for ids in work.choice_tokens for token in ids})
    told: dict[str, object] = {"logprob_token_ids": tokens}
    if len(tokens) > _MOST_TOKENS:
        told = {"logprobs": _NO_LIMIT}
    return {"max_tokens": 1, "temperature": 0.0, "detokenize": False, **told}


def _words(work: Work) -> dict[str, object]:
    wanted: dict[str, object] = {"max_tokens": work.ask.max_tokens, "temperature": 0.0, "detokenize": False}
    if work.sampling is not None:
        never = dict.fromkeys(work.sampling.never, -100.0)
        wanted |= {"temperature": work.sampling.temperature, "seed": work.sampling.seed % 2**63}
        wanted |= {"logit_bias": never} if never else {}
    return wanted


def _choices(work: Work, output: RequestOutput) -> Reply:
    """The log-probability of each choice, summed over its tokens, and the most probable token."""
    from math import exp, fsum, log

    told = {int(token): entry.logprob for token, entry in output.outputs[0].logprobs[0].items()}
    sums = (fsum(exp(told[token]) for token in ids) for ids in work.choice_tokens)
    first = tuple(map(int, output.outputs[0].token_ids)) if work.text else ()
    return Reply(tuple(log(total) if total else -745.0 for total in sums), first, len(output.prompt_token_ids))


def _wants_words(work: Work, reply: Reply | None) -> bool:
    if reply is None:
        return True
    return work.text and not reply.error and needs_text(work, reply.tokens[0])


def _with_words(reply: Reply | None, output: RequestOutput) -> Reply:
    known = reply.log_probabilities if reply else ()
    return Reply(known, tuple(map(int, output.outputs[0].token_ids)), len(output.prompt_token_ids))


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    import torch
    import transformers
    import vllm

    device = "cuda" if torch.cuda.is_available() else "cpu"
    return {
        "device": device,
        "vllm": vllm.__version__,
        "torch": version("torch"),
        "transformers": transformers.__version__,
    }
