"""Measure pictures of which human values a vision-language model likes.

``import valuespectrum as vs`` offers what ``valuespectrum.api`` lists, and imports it when it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from valuespectrum.api import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        try:
            return getattr(import_module("valuespectrum.api"), name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None

    def __dir__() -> list[str]:
        return dir(import_module("valuespectrum.api"))
