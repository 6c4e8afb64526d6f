"""Packages that only some kinds of models need."""

from __future__ import annotations

from importlib import import_module

from vectorstore.foundation.errors import ModelError


def require(module: str, kind: str, extra: str) -> None:
    """Import a package that is not always installed.

    Args:
        module: Its import name.
        kind: The kind of model that needs it, for the message.
        extra: The extra of this project that installs it.

    Raises:
        ModelError: If it is missing, or does not work here.
    """
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not error.name.partition(".")[0] == module:
            raise ModelError(f"{module} is installed, but a package that it needs is missing: {error.name}") from error
        raise ModelError(
            f"Models of kind {kind!r} need the package {module}, which is not installed",
            f"pip install 'valuespectrum[{extra}]'",
        ) from error
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(f"{module} is installed, but does not work here: {error}") from error
