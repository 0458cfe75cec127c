"""Regular expressions that are compiled when they are first used: most runs need few of all that the stages know.

Compiling takes a tenth of a millisecond, and there are hundreds. To type checkers, and to those who use it, a pattern
is a compiled one. After its first use a method costs what it costs there; one that is kept on its own, as in
`find = pattern("x").search`, costs 0.1 us more with each call, so `re.compile` is better where every message passes.
"""

import re
from collections.abc import Callable
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` would; a mistake in the text shows with the first use."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    """Stands for a pattern; each method gives way to the compiled pattern's when it is first called."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Find what has no stand-in here."""
        return self._compiled(name)

    def search(self, *args: Any) -> Any:
        return self._compiled("search")(*args)

    def match(self, *args: Any) -> Any:
        return self._compiled("match")(*args)

    def fullmatch(self, *args: Any) -> Any:
        return self._compiled("fullmatch")(*args)

    def findall(self, *args: Any) -> Any:
        return self._compiled("findall")(*args)

    def finditer(self, *args: Any) -> Any:
        return self._compiled("finditer")(*args)

    def _compiled(self, name: str) -> Callable[..., Any]:
        found = self.__dict__.get(name)
        if found is None:
            found = getattr(re.compile(self._text, self._flags), name)
            setattr(self, name, found)
        return cast("Callable[..., Any]", found)
