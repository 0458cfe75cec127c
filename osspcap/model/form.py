"""A PostObject form as sent: its parts in order, its policy, and why OSS refused it."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from osspcap.model.callback import CallbackFault
from osspcap.model.record import record
from osspcap.model.seen import Seen

FILE = "file"
"""Name of the part that holds the object's content."""


class FormFaultKind(StrEnum):
    """What keeps a body from being a well-formed form."""

    NO_BOUNDARY = "no boundary"
    BAD_BOUNDARY = "bad boundary"
    OTHER_BOUNDARY = "another boundary"
    NO_DELIMITER = "no delimiter"
    EMPTY = "empty"
    LINE_ENDS = "line ends"
    NOT_FIRST = "bytes before the form"
    PART_HEAD = "part head"
    NO_NAME = "no name"
    NESTED = "nested"
    UNTERMINATED = "unterminated"
    GRAMMAR = "grammar"


@record
class FormFault:
    """One thing wrong with the form's shape, and where."""

    kind: FormFaultKind
    reason: str
    """A clause, with the values."""
    seen: Seen[str]
    """The bytes that show it: the Content-Type, or the body around it."""


@record
class FormPart:
    """One part: a field, or the file."""

    name: str
    """As sent, case kept; empty if the part has none."""
    head: Seen[str]
    """Its Content-Disposition."""
    value: Seen[str]
    """The field's value, up to the limit that is kept; empty for the file and for what looks like one."""
    size: int
    """Bytes of the value as far as they were captured."""
    is_cut: bool = False
    """True if the value goes on behind what was captured of it, or kept."""
    filename: str | None = None
    """As sent, with its path; None if the part names no file."""
    content_type: str = ""
    transfer_encoding: str = ""
    offset: int = 0
    """Body offset of the value."""


@record
class PostForm:
    """What a PostObject request says."""

    boundary: str = ""
    """As it delimits the body; empty if none could be told."""
    parts: tuple[FormPart, ...] = ()
    """In order; the first ones if there are very many."""
    part_count: int = 0
    """All parts seen."""
    faults: tuple[FormFault, ...] = ()
    is_closed: bool = False
    """True if the last delimiter was seen."""
    is_captured: bool = False
    """True if all that the client sent was captured and read."""
    is_multipart: bool = True
    """False if Content-Type says something else, although the body is a form."""
    length: int | None = None
    """Bytes of the whole body, as announced or seen; None if unknown."""

    @property
    def file(self) -> FormPart | None:
        """The first part called `file`; None if none was seen."""
        return next((part for part in self.parts if part.name == FILE), None)

    @property
    def files(self) -> tuple[FormPart, ...]:
        """All parts called `file`."""
        return tuple(part for part in self.parts if part.name == FILE)

    @property
    def fields(self) -> tuple[FormPart, ...]:
        """Fields in front of the file: those that OSS reads. All of them if no file was seen."""
        return tuple(self._before())

    @property
    def ignored(self) -> tuple[FormPart, ...]:
        """Fields behind the file."""
        start = len(self.fields)
        return tuple(part for part in self.parts[start:] if part.name != FILE)

    def _before(self) -> Iterator[FormPart]:
        for part in self.parts:
            if part.name == FILE:
                return
            yield part

    def field(self, name: str) -> FormPart | None:
        """Return the first field of that name, case kept, in front of the file."""
        return next((part for part in self._before() if part.name == name), None)

    def likely_field(self, name: str) -> FormPart | None:
        """Return the field of that name, else one whose name differs in case only."""
        wanted = name.lower()
        return self.field(name) or next((part for part in self._before() if part.name.lower() == wanted), None)

    def ignored_field(self, name: str) -> FormPart | None:
        """Return the first field of that name, in any case, behind the file."""
        wanted = name.lower()
        return next((part for part in self.ignored if part.name.lower() == wanted), None)

    @property
    def values(self) -> dict[str, Seen[str]]:
        """Fields in front of the file that were captured whole: name to its first value."""
        found: dict[str, Seen[str]] = {}
        for part in self._before():
            if part.name and not part.is_cut:
                found.setdefault(part.name, part.value)
        return found

    @property
    def texts(self) -> dict[str, str]:
        """The same as plain text."""
        return {name: seen.value for name, seen in self.values.items()}

    @property
    def key(self) -> str | None:
        """Object key with `${filename}` filled in, if the form names one in front of its file."""
        key = self.field("key")
        return None if key is None or key.is_cut else self.filled(key.value.value)

    def filled(self, text: str) -> str:
        """Put the name of the file in for `${filename}`; unchanged if the file has none."""
        file = self.file
        if file is None or file.filename is None:
            return text
        return text.replace("${filename}", base_name(file.filename))

    @property
    def file_size(self) -> int | None:
        """Bytes of the file; if its end was not captured, what the body's length leaves for it; None if unknown."""
        file = self.file
        if file is None:
            return None
        if not file.is_cut:
            return file.size
        if self.length is None:
            return None
        return max(file.size, self.length - file.offset - len(self.boundary) - len("\r\n----\r\n"))


def base_name(filename: str) -> str:
    """Return a file name without the directories that some browsers send."""
    return filename.replace("\\", "/").rpartition("/")[2]


class Outcome(StrEnum):
    """How a condition stands to the form."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"
    """It cannot be told."""


@record
class Condition:
    """One condition of a policy, held against the form."""

    text: str
    """As JSON: `["starts-with","$key","user/eric/"]`."""
    mode: str
    """`eq`, `starts-with`, `in`, `not-in`, `content-length-range`; empty if it has none."""
    name: str = ""
    """The field it is about, without `$`."""
    wanted: str = ""
    """What it asks for: the value, the prefix, the values in words, or the two bounds."""
    values: tuple[str, ...] = ()
    """Of `in` and `not-in`: the values."""
    outcome: Outcome = Outcome.OPEN
    observed: str | None = None
    """The form's value; None if the form has none."""
    seen: Seen[str] | None = None
    """Where the value stands."""
    reason: str = ""
    """Why it fails or cannot be told, a clause."""
    fault: str = ""
    """What is wrong with the condition itself, a clause."""


@record
class Policy:
    """The policy field, decoded as far as it goes."""

    origin: Seen[str] = field(repr=False)
    """The field as sent."""
    base64_fault: CallbackFault | None = None
    json_fault: CallbackFault | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    expiration: str = ""
    """As stated; empty if it is missing or no string."""
    expires_ns: int | None = None
    """None if it cannot be read."""
    expiration_fault: str = ""
    """What is wrong with it, a clause; empty if nothing is."""
    conditions: tuple[Condition, ...] = ()
    conditions_fault: str = ""
    """Why there are no usable conditions, a clause."""

    @property
    def is_readable(self) -> bool:
        """True if it decodes to a JSON object."""
        return bool(self.document) or (self.base64_fault is None and self.json_fault is None)


class FormCause(StrEnum):
    """Why OSS refused a form."""

    FILE_BEFORE_KEY = "file before key"
    FIELD_MISSING = "field missing"
    CONTENT_TYPE = "content type"
    MALFORMED = "malformed"
    POLICY_NOT_JSON = "policy not JSON"
    POLICY_NOT_BASE64 = "policy not base64"
    POLICY_CONDITIONS = "policy without conditions"
    POLICY_EXPIRED = "policy expired"
    CONDITION_FAILED = "condition failed"
    LENGTH_RANGE = "length range"
    SIGNATURE = "signature"
    NAME_CASE = "name case"
    FILE_NOT_LAST = "file not last"
    FILES = "several files"
    TOO_LONG = "field too long"
    MD5 = "content md5"


@record
class SignatureCheck:
    """What the form alone, and a secret if one was lent, tell about its signature."""

    faults: tuple[tuple[str, Seen[str] | None], ...] = ()
    """What is wrong with the signature's own fields: a clause, and where it shows."""
    has_secret: bool = False
    is_right: bool = False
    """The secret gives the client's signature over the policy as sent."""
    signed_instead: str = ""
    """What the client signed or how it signed, if the secret gives its signature that way; a clause."""


@record
class FormCase:
    """A refused form and the one cause of its refusal."""

    cause: FormCause
    is_stated: bool
    """True if the answer states it; False if the form's own content suggests it."""
    names: tuple[str, ...] = ()
    """The fields concerned."""
    policy: Policy | None = None
    condition: Condition | None = None
    """The condition that failed."""
    used_ns: int | None = None
    """The server's time; None without one."""
    is_server_time: bool = False
    signature: SignatureCheck = SignatureCheck()
