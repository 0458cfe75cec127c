"""Upload callbacks, seen from both sides: what the client asked for, what the application replied, what OSS said.

The client's leg is an upload that carries callback parameters; the application's leg is OSS's POST to the
application. Both carry the upload's request ID.
"""

from dataclasses import field
from enum import StrEnum
from typing import Any

from osspcap.model.record import record
from osspcap.model.seen import Seen


class FaultKind(StrEnum):
    """What is wrong with a callback parameter or with an application's reply."""

    EMPTY = "empty"
    # encoding of a parameter
    PLAIN_JSON = "plain JSON"
    """JSON itself where its base64 belongs."""
    NOT_BASE64 = "not base64"
    URL_SAFE_BASE64 = "URL-safe base64"
    UNPADDED = "base64 without padding"
    PERCENT_ENCODED = "percent-encoded"
    DOUBLE_BASE64 = "encoded twice"
    # text
    BOM = "byte order mark"
    UTF16 = "UTF-16"
    NOT_UTF8 = "not UTF-8"
    COMPRESSED = "compressed"
    # grammar
    MARKUP = "markup"
    """HTML or XML where JSON belongs."""
    TEXT = "text"
    """Words in front of the JSON, or in its place."""
    TRAILING = "bytes behind the JSON"
    SINGLE_QUOTES = "single quotes"
    CONSTANT = "no JSON literal"
    """NaN, Infinity, None, True, undefined."""
    UNESCAPED_QUOTE = "unescaped quote"
    PLACEHOLDER = "placeholder outside of a string"
    CONTROL = "control character"
    CUT = "cut short"
    GRAMMAR = "grammar"
    # members
    MEMBER = "member"
    """A member is missing, of the wrong type, or has a value that is not allowed."""
    TOO_LONG = "too long"


@record
class CallbackFault:
    """One thing wrong, and where."""

    kind: FaultKind
    reason: str
    """In words, a clause without capital and full stop."""
    offset: int | None = None
    """Byte at which it shows, 0-based, in the decoded text (for faults of the encoding: in the value as sent)."""
    near: str = ""
    """Text around that byte, with the byte marked as `>>>x<<<`; queries of URLs are starred. Empty without offset."""
    raw: bytes = b""
    """First bytes from there on, for showing in hexadecimal."""


class Carrier(StrEnum):
    """Where a callback parameter stands."""

    HEADER = "header"
    QUERY = "query"
    FORM = "form"


@record
class CallbackParameter:
    """`callback` or `callback-var` as one carrier holds it."""

    carrier: Carrier
    origin: Seen[str]
    """The value as sent, percent-decoded in a query."""
    fault: CallbackFault | None = None
    """Why it is not base64 of a JSON object; None if it is."""
    members: dict[str, Any] = field(default_factory=dict)
    """Of the JSON object; empty if it could not be read. Values are text, `JsonNumber`, bool, None, list or dict."""


@record
class CallbackTarget:
    """One URL of callbackUrl."""

    shown: str
    """Host, port and path, without user and query: `app.example.com:8080/oss/callback.php`."""
    host: str
    port: int
    is_https: bool
    fault: str = ""
    """Why OSS cannot call it, a clause; empty if nothing speaks against it."""


@record
class CallbackRequest:
    """What an upload asks OSS to do once it is stored."""

    parameters: tuple[CallbackParameter, ...] = ()
    """`x-oss-callback`, query `callback`, form field `callback`."""
    variables: tuple[CallbackParameter, ...] = ()
    """`x-oss-callback-var`, query `callback-var`, form fields `x:...`."""
    config_faults: tuple[CallbackFault, ...] = ()
    """Of the first parameter: encoding, JSON, members."""
    variable_faults: tuple[CallbackFault, ...] = ()
    body_faults: tuple[CallbackFault, ...] = ()
    """Placeholders of callbackBody that OSS will not fill in, and a body that is not what its type says."""
    targets: tuple[CallbackTarget, ...] = ()
    url_faults: tuple[str, ...] = ()
    """What speaks against callbackUrl as a whole or one of its URLs; clauses."""
    has_sni: bool = False
    """`callbackSNI` is true."""

    @property
    def shown_target(self) -> str:
        """First URL's host, port and path; empty if none could be read."""
        return self.targets[0].shown if self.targets else ""


class CallbackCause(StrEnum):
    """Why a callback failed or was refused."""

    NOT_JSON = "reply is not JSON"
    STATUS = "reply has another status than 200"
    TIMEOUT = "reply came too late"
    UNREACHABLE = "application not reached"
    LENGTH = "reply without usable Content-Length"
    CONFIG = "parameter refused"
    VARIABLES = "variables refused"
    ADDRESS = "URL refused"
    BOTH_CARRIERS = "given twice"
    UNSTATED = "cause not stated"
    OTHER = "another cause"


@record
class CallbackStatement:
    """What OSS told the client about the callback: 203 CallbackFailed, or a refusal of the parameters."""

    cause: CallbackCause
    status: int | None = None
    """Status of the application that OSS quotes."""


@record
class ReplyFault:
    """One reason why OSS cannot accept an application's reply."""

    cause: CallbackCause
    reason: str
    """A clause with the values."""
    fault: CallbackFault | None = None
    """Where the body is not JSON."""
    is_certain: bool = True
    """False where only OSS's documents say that it fails."""


@record
class CallbackReply:
    """How an application answered OSS's callback."""

    target: str
    """Host, port and path that OSS called, without query."""
    faults: tuple[ReplyFault, ...] = ()
    elapsed_ns: int | None = None
    """From the end of the request to the first byte of the reply; None without one."""
    content_type_fault: str = ""
    """What is unusual about Content-Type although the body is right; empty if nothing is."""
    open_question: str = ""
    """Why the reply could not be judged; empty if it was."""


@record
class CallbackCase:
    """One callback that failed, with what the capture holds of its two legs."""

    cause: CallbackCause
    upload: int | None
    """Exchange of the client's leg; None if it is not in the capture."""
    callback: int | None
    """Exchange of the application's leg; None likewise."""
    fault: ReplyFault | None = None
    """What the application's leg shows; None if that leg is not there, or shows nothing wrong."""
    is_accepted: bool = False
    """OSS answered the upload with 200 all the same."""


@record
class Callbacks:
    """What a capture holds of callbacks."""

    cases: tuple[CallbackCase, ...] = ()
    """Callbacks that failed; first 1000."""
    uploads: tuple[int, ...] = ()
    """Exchanges that ask for a callback, or whose answer speaks of one: all that rules about uploads have to see."""
    open_replies: tuple[int, ...] = ()
    """Callbacks whose answer could not be judged."""
