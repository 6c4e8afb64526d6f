"""Parts that the documents of a run are made of: somebody else may have written or damaged them.

Only what a reader uses is named; further fields are left alone. pydantic is slow to import, so that these modules are
imported where a document is read.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from valuespectrum.theory.values import VALUES

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


def _known(name: str) -> str:
    if name not in VALUES:
        raise ValueError(f"{name[:40]!r} is no value")
    return name


ValueName = Annotated[str, Field(strict=True), AfterValidator(_known)]


class Part(BaseModel):
    """A part of a document, of which readers use what is named."""

    model_config = ConfigDict(extra="allow")
