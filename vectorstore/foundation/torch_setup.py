"""Process set-up that must happen before torch or torchvision is imported.

Kept in the lowest package because both ``ingest`` and ``agents`` need it.
"""

from __future__ import annotations

import os
from typing import Any

from vectorstore.foundation.allocator import keep_freed_memory

_kept_alive: list[object] = []


def prepare_torch(threads: int | None = None) -> None:
    """Set thread and memory policy and make torchvision importable, then import torch.

    OpenMP workers that spin at barriers cost up to 4x throughput when another thread wants the
    core, hence ``OMP_WAIT_POLICY=PASSIVE``. It has an effect only before torch is first imported.

    Args:
        threads: Threads for torch's own parallelism; ``None`` leaves torch's choice.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    keep_freed_memory()
    import torch

    if threads is not None:
        torch.set_num_threads(max(1, threads))
    _make_torchvision_importable()


def _make_torchvision_importable() -> None:
    """Declare two operator names when torchvision's compiled library does not match torch.

    The torchvision wheel on the public index is built for CUDA. Beside a CPU build of torch its
    library cannot load; torchvision tolerates that except for two operators it decorates at import.
    Nothing in this project calls them (they suppress boxes in detection models), so declaring
    their names is enough to use torchvision's pure Python transforms.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        from importlib import import_module

        # Open: torch declares no types for this corner of its own.
        library: Any = import_module("torch.library").Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept_alive.append(library)
        import torchvision  # noqa: F401
