"""Where a request carries its security token, and where OSS reads one.

In: a request and its signature scheme. Out: `TokenUse`. OSS reads the token of a header signature from
`x-oss-security-token`, that of a signed URL from the query (`security-token` with V1, `x-oss-security-token` with V2
and V4), that of a form from the form field `x-oss-security-token`. A token anywhere else is as good as none.

Source: OSS API reference, "Temporary access with STS"; EC 0002-00000003, 0002-00000005, 0002-00000010.
"""

from collections.abc import Mapping
from dataclasses import field

from osspcap.model.message import Message
from osspcap.model.operation import Scheme
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.target import percent_decode, split_query
from osspcap.units import FrameNumber

HEADER = "x-oss-security-token"
"""Header that a header signature's token stands in; also the field of a form."""
_S3_HEADER = "x-amz-security-token"
_HEADERS = (HEADER, "security-token", _S3_HEADER)
_PARAMETERS = ("security-token", HEADER, "X-Amz-Security-Token")
_READ_IN_QUERY = {
    Scheme.V1_URL: "security-token",
    Scheme.V2_URL: HEADER,
    Scheme.V4_URL: HEADER,
    Scheme.S3_URL: "X-Amz-Security-Token",
}
_FORMS = frozenset({Scheme.POST_V1, Scheme.POST_V2, Scheme.POST_V4})


@record
class TokenUse:
    """The tokens of one request."""

    place: str = ""
    """Where OSS reads the token of a request signed like this, in words."""
    read: Seen[str] | None = field(default=None, repr=False)
    """The token at that place."""
    stray: Seen[str] | None = field(default=None, repr=False)
    """A token at another place."""

    @property
    def is_twice(self) -> bool:
        """True if there is one in both."""
        return self.read is not None and self.stray is not None


def find_tokens(request: Message, scheme: Scheme, form: Mapping[str, str]) -> TokenUse:
    """Return the security tokens of a request.

    Args:
        request: The request.
        scheme: How it is signed.
        form: Fields of a PostObject form; empty for any other request.
    """
    in_headers = _in_headers(request)
    in_query = _in_query(request)
    in_form = _in_form(request, form)
    if scheme in _FORMS:
        return TokenUse(f"the form field {HEADER}", in_form, _first(in_headers) or _first(in_query))
    parameter = _READ_IN_QUERY.get(scheme)
    if parameter is not None:
        read = in_query.pop(parameter, None)
        return TokenUse(f"the query parameter {parameter}", read, _first(in_headers) or _first(in_query))
    header = _S3_HEADER if scheme is Scheme.S3_HEADER and HEADER not in in_headers else HEADER
    read = in_headers.pop(header, None)
    return TokenUse(f"the header {header}", read, _first(in_headers) or _first(in_query))


def _first(found: Mapping[str, Seen[str]]) -> Seen[str] | None:
    return next(iter(found.values()), None)


def _in_headers(request: Message) -> dict[str, Seen[str]]:
    fields = request.fields()
    lines = ((name, fields.first(name)) for name in _HEADERS)
    return {name: request.seen(line) for name, line in lines if line is not None and line.raw_value}


def _in_query(request: Message) -> dict[str, Seen[str]]:
    query = request.target.partition("?")[2]
    if "oken" not in query:
        return {}
    parameters = split_query(query)
    return {
        name: Seen(
            percent_decode(parameters[name]),
            request.frame,
            f"request query parameter {name}",
            parameters[name].encode("latin-1", "replace"),
        )
        for name in _PARAMETERS
        if parameters.get(name)
    }


def _in_form(request: Message, form: Mapping[str, str]) -> Seen[str] | None:
    token = form.get(HEADER)
    if not token:
        return None
    frame = request.body.first_frame or FrameNumber(request.frame)
    return Seen(token, frame, f"form field {HEADER}", token.encode("utf-8", "replace"))
