"""Numbers and lists as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vectorstore.foundation.escaping import printable_line


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as aligned text; the first column to the left, the others to the right, and no cell on several lines.

    Example:
        >>> print(table(["name", "n"], [["a", 1], ["bc", 22]]))
        name   n
        a      1
        bc    22
    """
    cells = [[printable_line(str(cell)) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def number_lines(found: Mapping[str, object]) -> list[str]:
    """Names and numbers, one a line."""
    return [f"  {name:<14}{_shown(value)}" for name, value in found.items()]


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else printable_line(str(value))


def chance(p: float | None) -> str:
    """A p to three digits; never 0 where it is not.

    Example:
        >>> chance(0.042), chance(0.0004), chance(None)
        ('.042', '<.001', '-')
    """
    return "-" if p is None else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def in_dollars(amount: float) -> str:
    """Money to the cent; never nothing where it is something.

    Example:
        >>> in_dollars(1234.5), in_dollars(0.0), in_dollars(0.002)
        ('$1,234.50', '$0.00', 'under $0.01')
    """
    return "under $0.01" if 0.0 < amount < 0.005 else f"${amount:,.2f}"
