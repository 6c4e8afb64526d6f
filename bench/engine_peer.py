"""lmms-eval on the same model and asks; runs in an environment that has it."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from agents.models.base import Ask
from bench.common import Clock
from bench.engine import like_asks
from vectorstore.foundation.torch_setup import prepare_torch

_TASK, _SPLIT = "likes", "test"
_WARM = 2
"""Asks before the clock starts."""


def main(folder: str, count: str) -> None:
    """Print what it took, in processor time of an ask, and the words, as JSON."""
    prepare_torch(threads=1)
    asks = list(like_asks(Path(folder), int(count)))
    model = _model(str(Path(folder) / "model"))
    model.task_dict[_TASK] = {_SPLIT: asks}
    requests = [_request(model, place) for place in range(len(asks))]
    model.generate_until(list(islice(requests, _WARM)))
    with Clock() as clock:
        results = model.generate_until(requests)
    texts = [result.text.strip() for result in results]
    told = {"version": version("lmms-eval"), "seconds": clock.cost.cpu / len(asks), "texts": texts}
    print(json.dumps(told))


def _model(folder: str) -> Any:
    """Its class for Qwen3-VL, in the number format of the other side."""
    import torch
    from lmms_eval.models.chat.qwen3_vl import Qwen3_VL
    from transformers import AutoModelForImageTextToText

    model = Qwen3_VL(pretrained=folder, device="cpu", device_map="cpu", batch_size=1, attn_implementation="sdpa")
    weights = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32, trust_remote_code=False)
    model._model = weights.eval()
    return model


def _request(model: Any, place: int) -> Any:
    from lmms_eval.api.instance import Instance

    def messages(ask: Ask) -> list[dict[str, Any]]:
        model.system_prompt = ask.system  # which it puts before what it is given here
        picture = Image.open(ask.stimulus.frames[0].path)
        return [
            {"role": "user", "content": [{"type": "image", "url": picture}, {"type": "text", "text": ask.question}]}
        ]

    settings = {"max_new_tokens": 1, "temperature": 0}
    # Requests of equal text would be put in the order of their functions, which have none.
    arguments = (f"{place:09}", messages, settings, place, _TASK, _SPLIT)
    metadata = {"task": _TASK, "doc_id": place, "repeats": 1}
    return Instance(request_type="generate_until", arguments=arguments, idx=place, metadata=metadata)


if __name__ == "__main__":
    main(*sys.argv[1:])
