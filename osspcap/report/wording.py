"""How numbers are put into words."""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: `1 error`, `1,200 exchanges`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
