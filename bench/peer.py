"""clip-video-encode over the same clips with the same weights; runs in an environment that has it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import av
import numpy as np

from bench.common import Clock
from bench.variants import ARCHITECTURE, FRAMES
from vectorstore.foundation.torch_setup import prepare_torch


def main(folder: str, weights: str, count: str) -> None:
    """Print what it took as JSON."""
    prepare_torch()
    import open_clip
    import torch
    from clip_video_encode import clip_video_encode

    clips = sorted(Path(folder).iterdir())[: int(count)]
    every = round(_pictures(clips) / (FRAMES * len(clips)))
    made = open_clip.create_model_and_transforms(ARCHITECTURE, pretrained=weights)
    with torch.inference_mode():
        made[0].encode_image(torch.zeros(FRAMES, 3, 224, 224))
    # Loading the model is left out on both sides.
    open_clip.create_model_and_transforms = lambda *_, **__: made
    with tempfile.TemporaryDirectory() as out:
        with Clock() as clock:
            clip_video_encode([str(clip) for clip in clips], out, take_every_nth=every, frame_memory_size=1)
        frames = sum(len(np.load(path)) for path in Path(out).glob("*.npy"))
    wall, cpu = clock.cost.wall, clock.cost.cpu
    told = {"frames": frames, "wall": wall, "cpu": cpu, "per_second": frames / wall, "every": every}
    print(json.dumps({name: round(value, 2) for name, value in told.items()}))


def _pictures(clips: list[Path]) -> int:
    total = 0
    for clip in clips:
        with av.open(str(clip)) as container:
            total += container.streams.video[0].frames
    return total


if __name__ == "__main__":
    main(*sys.argv[1:])
