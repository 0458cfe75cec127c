"""Fields of a PostObject form that carry its authentication, with what is wrong about them."""

from collections.abc import Mapping

from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Problem, ProblemName, missing


class FormParts:
    """Looks fields up by name in any case, and collects problems on the way."""

    def __init__(self, fields: Mapping[str, Seen[str]]) -> None:
        self._fields: dict[str, tuple[str, Seen[str]]] = {}
        for name, seen in fields.items():
            self._fields.setdefault(name.lower(), (name, seen))
        self.problems: list[Problem] = []
        """What was found wrong so far, in order of lookup."""

    def __contains__(self, name: str) -> bool:
        """Tell whether the form has a field of that name, in any case."""
        return name.lower() in self._fields

    def optional(self, name: str) -> Seen[str] | None:
        """Return the field; None if it is absent or empty."""
        found = self._fields.get(name.lower())
        if found is None:
            return None
        sent, seen = found
        if sent != name:
            self.problems.append(Problem(ProblemName.PART_CASE, f"field {sent!r} where {name} belongs", seen))
        return seen if seen.value else None

    def required(self, name: str) -> Seen[str] | None:
        """Return likewise, and state a problem if the field is absent or empty."""
        seen = self.optional(name)
        if seen is None:
            self.problems.append(missing(name, "form"))
        return seen
