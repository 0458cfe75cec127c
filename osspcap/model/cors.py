"""Cross-origin requests: what a browser asked for a page, and what the answer lets the page have."""

from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen


class Sender(StrEnum):
    """What sent a request with an `Origin`."""

    BROWSER = "browser"
    """Sec-Fetch fields, a browser's User-Agent, or a preflight."""
    OTHER = "other"
    """A program that writes the field itself; nobody enforces the rules there."""


class Mode(StrEnum):
    """Whether the page has to be allowed to read the answer."""

    CORS = "cors"
    """It has."""
    UNSURE = "unsure"
    """A POST by a script or by a form: only the former is subject to the rules."""
    FREE = "free"
    """Navigation, form, or a request whose answer no script reads."""


@record
class CrossOrigin:
    """One request that names an origin other than the host it goes to, with its answer."""

    exchange: int
    host: str
    """Host addressed, lower case, with its port."""
    target: str
    method: str
    origin: Seen[str]
    sender: Sender
    mode: Mode
    is_preflight: bool
    asked_method: Seen[str] | None = None
    """Access-Control-Request-Method."""
    asked_headers: Seen[str] | None = None
    """Access-Control-Request-Headers."""
    has_cookie: Seen[str] | None = None
    """Name of the cookie field; the value stays behind."""
    allow_origin: tuple[Seen[str], ...] = ()
    """All Access-Control-Allow-Origin fields of the answer."""
    allow_methods: str | None = None
    """Access-Control-Allow-Methods, joined; None without."""
    allow_headers: str | None = None
    allow_credentials: Seen[str] | None = None
    """Access-Control-Allow-Credentials, if it says true."""
    exposed: Seen[str] | None = None
    """First Access-Control-Expose-Headers."""
    exposed_names: frozenset[str] = frozenset()
    """All names it lists, lower case."""
    varies_by_origin: bool = False
    """Vary names Origin, or everything."""
    cache: Seen[str] | None = None
    """What shows that the answer was or may be kept by a cache: Age, X-Cache, Cache-Control, Expires."""
    location: Seen[str] | None = None
    """Location of a redirect."""
    etag: Seen[str] | None = None
    follows: int | None = None
    """Actual request: the preflight that asked for it."""
    followed_by: int | None = None
    """Preflight: the first request that it asked for."""

    @property
    def is_allowed(self) -> bool:
        """True if the answer allows the page to read it: one value that is `*` or the origin itself."""
        if len(self.allow_origin) != 1:
            return False
        value = self.allow_origin[0].value
        return value in ("*", self.origin.value)


@record
class UnreadableParts:
    """A multipart upload by a page that cannot read the ETags of its parts."""

    upload_id: str
    parts: tuple[int, ...]
    """Places in `CrossOriginTraffic.requests` of the parts that succeeded; first 50."""
    part_count: int
    completion: int | None
    """Exchange of CompleteMultipartUpload; None if none was captured."""
    sent_etag: Seen[str] | None
    """The null or empty ETag that it sends for a part."""
    is_refused: bool
    """True if OSS refused it with InvalidPart."""
    by_sdk: bool
    """True if the browser build of the JavaScript SDK sends, which cannot go on without the ETag."""


@record
class MissingEtag:
    """An upload that OSS took and whose answer has lost its ETag."""

    exchange: int
    expected: str
    """ETag by the answer's Content-MD5; empty if it has none."""
    trace: Seen[str] | None
    """A field by which a device on the way shows itself."""


@record
class CrossOriginTraffic:
    """All cross-origin requests of a capture, preflights joined with what they asked for."""

    requests: tuple[CrossOrigin, ...] = ()
    unreadable: tuple[UnreadableParts, ...] = ()
    missing_etags: tuple[MissingEtag, ...] = ()
    """First 1000."""
