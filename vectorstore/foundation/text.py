"""Words for people: what an error says, on one line."""

from __future__ import annotations


def one_line(said: BaseException | str, longest: int = 200) -> str:
    r"""What an error or a text says, on one line; an error without words is called by its class.

    Args:
        said: An exception, or a text of any number of lines.
        longest: Characters; what is longer is cut.

    >>> one_line(ValueError("two" + chr(10) + "  lines"))
    'two lines'
    >>> one_line(KeyboardInterrupt())
    'KeyboardInterrupt'
    """
    words = " ".join(str(said).split())[:longest]
    return words or (type(said).__name__ if isinstance(said, BaseException) else "")
