"""Named parts of an authentication that stands in the query, with what is wrong about them."""

from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Problem, ProblemName, missing
from osspcap.oss.signing.request import SignedRequest

_ESCAPED = b"amp;"
"""What `&amp;` leaves in front of a name if a URL was copied out of HTML."""


class QueryParts:
    """Looks parts up by name, exactly as spelt, and collects problems on the way."""

    def __init__(self, request: SignedRequest) -> None:
        self._request = request
        self.problems: list[Problem] = []
        """What was found wrong so far, in order of lookup."""

    def __contains__(self, name: str) -> bool:
        """Tell whether the query has a parameter of that name, be it behind `&amp;`."""
        raw = name.encode()
        return bool(self._request.find_query(raw) or self._request.find_query(_ESCAPED + raw))

    def optional(self, name: str) -> Seen[str] | None:
        """Return the first parameter of that name, decoded; None if it is absent or empty."""
        raw = name.encode()
        pairs = self._request.find_query(raw)
        if not pairs and (pairs := self._request.find_query(_ESCAPED + raw)):
            detail = f"{name} stands behind &amp; where & belongs"
            seen = self._request.seen_query(pairs[0])
            self.problems.append(Problem(ProblemName.QUERY_HTML_ESCAPED, detail, seen))
        if not pairs:
            return None
        seen = self._request.seen_query(pairs[0])
        if len(pairs) > 1:
            self.problems.append(Problem(ProblemName.PART_REPEATED, f"{name} is given {len(pairs)} times", seen))
        return seen if seen.value else None

    def required(self, name: str) -> Seen[str] | None:
        """Return likewise, and state a problem if the parameter is absent or empty."""
        seen = self.optional(name)
        if seen is None:
            self.problems.append(missing(name, "query"))
        return seen
