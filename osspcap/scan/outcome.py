"""What passes between the parts of a scan: a task goes to a worker, an outcome comes back. Plain data, cheap to pickle.

Everything here is masked already: whatever these records hold goes into the store, which people pass around.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How the analysis of one capture ended; values stand in the store."""

    DONE = "done"
    UNREADABLE = "unreadable"
    """Cannot be opened, or is damaged from the start."""
    CHANGED = "changed"
    """Was written to while it was read."""
    TOO_LARGE = "too-large"
    """Larger than `--max-size`; not analyzed."""
    TIMEOUT = "timeout"
    """Took longer than `--timeout`."""
    MEMORY = "memory"
    """Needed more than `--max-memory`."""
    CRASHED = "crashed"
    """The worker process died."""
    DEFECT = "defect"
    """osspcap itself failed; to be reported."""
    UNCHANGED = "unchanged"
    """Has the content that the store knows already. Never stored."""
    NO_CAPTURE = "no-capture"
    """Is something else. Never stored."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to analyze, as discovery saw it."""

    id: int
    """Tells the file from all others, the same in every run: see `discovery.capture_id`."""
    path: str
    """As it can be opened: a path, or a URL that fsspec understands."""
    size: int
    """Bytes; 0 where the storage does not tell."""
    mtime_ns: int = 0
    """Last change, ns since 1970; 0 where the storage does not tell."""
    etag: str = ""
    """Version of a remote object; empty for files."""
    problem: str = ""
    """Why it cannot be analyzed although it is called a capture; empty if it can."""
    state: State = State.DONE
    """State to record where there is a problem."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the content of a result; equal settings and equal captures give equal results."""

    select: tuple[str, ...] = ()
    """Rules to run, as `analysis.Options.select`."""
    ignore: tuple[str, ...] = ()
    """Rules to leave out."""
    report: str = "html"
    """Format of the captures' own reports, a name in `report.reporters`; empty for none."""
    rule_set: str = ""
    """Version of the rules and of all code that they rest on."""


@dataclass(frozen=True, slots=True)
class Task:
    """One capture to analyze."""

    found: Found
    settings: Settings
    known_sha256: str = ""
    """Content for which the store holds a result of the same rule set; empty if it holds none."""
    place: str = ""
    """Where the file is opened, if not by `found.path`: its absolute path, for workers with another directory."""
    report_path: str = ""
    """File that the worker writes the report to; empty to have its bytes returned."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one capture may cost."""

    timeout_s: float = 600.0
    """Seconds."""
    max_memory: int = 2 << 30
    """Bytes of a worker process."""


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where a finding was seen: one endpoint, bucket and client."""

    endpoint: str
    """`oss-cn-hangzhou.aliyuncs.com`; empty if unknown."""
    bucket: str
    """Empty if unknown, or if none was named."""
    sdk: str
    """`aliyun-sdk-python/2.19.1`; empty if the client is no known SDK."""
    occurrences: int
    first_ns: int | None
    last_ns: int | None
    exchange: int | None
    """First exchange there; None for findings about connections or the file."""
    frame: int
    """Frame to open."""
    request_id: str
    """Of that exchange; empty without one."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One fact of a finding."""

    frame: int
    stream: int | None
    exchange: int | None
    field: str
    observed: str
    expected: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as the report of its capture tells it."""

    rule: str
    name: str
    category: str
    severity: str
    confidence: str
    summary: str
    explanation: str
    fix: tuple[str, ...]
    occurrences: int
    filter: str
    places: tuple[PlaceRow, ...]
    evidence: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """An exchange of interest: one that failed, or that an error or a warning is about."""

    id: int
    stream: int
    frame: int
    start_ns: int
    method: str
    place: str
    """`bucket/object`, or host and target."""
    status: int | None
    code: str
    """Error code; empty without one."""
    request_id: str
    operation: str
    """API name: `PutObject`; empty for what is none of OSS's."""
    endpoint: str
    bucket: str
    sdk: str


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """A capture in numbers."""

    format: str
    compression: str
    packets: int
    bytes: int
    connections: int
    exchanges: int
    oss_exchanges: int
    first_ns: int | None
    last_ns: int | None
    errors: int
    warnings: int
    infos: int
    undecided: int
    verdict: str
    lacks: str
    """What the capture lacks, clauses joined by `; `; empty if nothing is known to be missing."""
    left_out: int
    """Rows beyond the limits of `summary` that were not kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one capture."""

    found: Found
    """With size and time as they were when the capture was read."""
    state: State
    reason: str = ""
    """Why there is no result; one line, empty for `done`."""
    sha256: str = ""
    """Of the content; empty if it was not read to its end."""
    seconds: float = 0.0
    facts: CaptureFacts | None = None
    """None without a result."""
    findings: tuple[FindingRow, ...] = ()
    exchanges: tuple[ExchangeRow, ...] = ()
    request_ids: tuple[tuple[str, int, int], ...] = ()
    """Request ID, exchange, frame; sorted."""
    report: bytes | None = field(default=None, repr=False)
    """The report, if the worker could not write it itself."""
