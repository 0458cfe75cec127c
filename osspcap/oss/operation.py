"""What an exchange means to OSS: who was addressed, what was asked, how it was signed, what went wrong.

In goes a message pair; out comes an `Operation`, or None where nothing ties the exchange to OSS. Three things tie it,
each enough by itself: the host is an OSS endpoint; the request carries an OSS signature; the answer shows that OSS made
it (request ID, `Server: AliyunOSS`, or an OSS error document together with an OSS header). A word in a body or the
suffix `aliyuncs.com` never does.

Cost: a few microseconds for a healthy exchange, because its heads are not parsed; only error answers are. Memory:
caches and `Hints` are bounded.
"""

from dataclasses import field

from osspcap.model.exchange import MessagePair
from osspcap.model.form import PostForm
from osspcap.model.message import Message
from osspcap.model.operation import Addressing, Endpoint, ErrorDocument, Operation, Role, SignatureSummary
from osspcap.model.record import growing_record
from osspcap.model.usual import MAX_SERVER_TIME_DIGITS
from osspcap.oss import authentication
from osspcap.oss.address import MAX_HOST_CHARS, HostParts, bare_host, foreign_host, parse_host, parse_token_service_host
from osspcap.oss.bucket_clue import BucketClue, bucket_clue
from osspcap.oss.callback_request import is_callback, read_subject
from osspcap.oss.error_document import parse_error
from osspcap.oss.head import Head
from osspcap.oss.operation_table import UNKNOWN, Level, operation_name
from osspcap.oss.post_form import is_form, read_form
from osspcap.oss.sdk import sdk_label
from osspcap.oss.target import Target, percent_decode, split_query, split_target
from osspcap.oss.token_service import read_call, read_request_id
from osspcap.oss.usual_operation import usual_operation

# Hosts remembered as OSS behind another name; the oldest is forgotten. A capture holds a handful.
MAX_HINT_HOSTS = 1024

_OSS_SERVER = "AliyunOSS"
_FOREIGN_KINDS = frozenset({"cname", "ip", "private"})
_EARLIER = "earlier exchange with this host"


@growing_record
class KnownHost:
    """What earlier exchanges proved about a host that is no OSS endpoint by name."""

    bucket: str | None = None
    """Bucket behind a custom domain, once an answer named it."""
    serves_others: bool = False
    """True once an unsigned request there was answered well, and not by OSS: the host is not OSS alone."""


@growing_record
class Hints:
    """Memory of one capture, kept up to date by `classify`. Bounded by `MAX_HINT_HOSTS`."""

    hosts: dict[str, KnownHost] = field(default_factory=dict)
    """Bare host names that were proved to be OSS, oldest first."""

    def learn(self, host: str) -> KnownHost:
        """Return the entry of a host that was just proved to be OSS, a new one if it was not known."""
        known = self.hosts.get(host)
        if known is None:
            if len(self.hosts) >= MAX_HINT_HOSTS:
                del self.hosts[next(iter(self.hosts))]
            known = self.hosts[host] = KnownHost()
        return known


def classify(pair: MessagePair, hints: Hints) -> Operation | None:
    """Tell what an exchange means to OSS; None if nothing ties it to OSS. Never raises on traffic.

    Args:
        pair: A request and its final response, one of which may be missing.
        hints: The capture's memory; read and updated.
    """
    usual = usual_operation(pair)
    return usual if usual is not None else classify_closely(pair, hints)


def classify_closely(pair: MessagePair, hints: Hints) -> Operation | None:
    """Tell the same without the shortcut for usual exchanges."""
    request = pair.request
    answer = None if pair.response is None else Head(pair.response)
    if request is None:
        return _response_alone(pair, answer)
    head = Head(request)
    target = split_target(request.target, request.method)
    host = target.authority or head.value(b"\nhost:") or head.value(b"\n:authority:")
    parts = parse_host(host)
    if request.method == "CONNECT":
        return _tunnel(pair, parts)
    if parts is not None:
        return _Asked(pair, head, answer, target, parts).operation()
    name = bare_host(host[:MAX_HOST_CHARS])  # what is remembered by name must not grow with a hostile head
    endpoint = parse_token_service_host(name)
    if endpoint is not None:
        return _token_operation(pair, head, answer, target, endpoint)
    if request.method == "POST" and is_callback(head):
        return _callback_operation(pair, head)
    asked = _Asked(pair, head, answer, target, foreign_host(name))
    if asked.is_tied(hints.hosts.get(name)):
        return asked.operation(hints.learn(name) if name else None)
    known = hints.hosts.get(name)
    if known is not None and answer is not None:
        known.serves_others = True
    return None


class _Asked:
    """One request with its answer on the way to an operation. Lives as long as `classify` runs."""

    __slots__ = ("_authorization", "answer", "error", "form", "head", "pair", "parts", "query", "request_id", "target")

    def __init__(self, pair: MessagePair, head: Head, answer: Head | None, target: Target, parts: HostParts) -> None:
        self.pair = pair
        self.head = head
        self.answer = answer
        self.target = target
        self.parts = parts
        self.query = split_query(target.query) if target.query else {}
        self.request_id = None if answer is None else answer.seen(b"\nx-oss-request-id:")
        self.error = _error_of(pair.response, answer)
        self.form = self._read_form()
        self._authorization = head.value(b"\nauthorization:")

    @property
    def method(self) -> str:
        return self.head.message.method

    def is_tied(self, known: KnownHost | None) -> bool:
        """Tell whether an exchange with a host that is no OSS endpoint by name has to do with OSS."""
        if self.answered_by_oss:
            return True
        signature = self.signature()
        if signature is not None and signature.scheme in authentication.OSS_SCHEMES:
            return True
        if authentication.names_oss(self._authorization, self.query):
            return True
        # A host that proved to be OSS and nothing else stays OSS while it is silent or its gateway answers for it.
        if known is None or known.serves_others:
            return False
        return self.pair.response is None or self.pair.response.status >= 400

    @property
    def answered_by_oss(self) -> bool:
        """True if the answer itself shows that OSS made it."""
        if self.request_id is not None:
            return True
        if self.answer is None:
            return False
        if self.answer.has(b"aliyunoss") and self.answer.value(b"\nserver:") == _OSS_SERVER:
            return True
        error = self.error
        if error is None or error.request_id is None or error.host_id is None:
            return False
        return self.answer.has(b"\nx-oss-") or self.parts.endpoint.kind not in _FOREIGN_KINDS

    def signature(self) -> SignatureSummary | None:
        """Return scheme and key ID: of the header, else of the query, else of the form."""
        found = authentication.summarize_header(self._authorization) if self._authorization else None
        if found is not None and (found.access_key_id is not None or not self.query):
            return found
        if self.query:
            found = authentication.summarize_query(self.query) or found
        if found is None and self.form is not None:
            found = authentication.summarize_form(self.form.texts)
        return found

    def operation(self, known: KnownHost | None = None) -> Operation:
        """Put the operation together. `known` is the memory of a host that is no endpoint by name."""
        bucket, source, addressing, path = self._locate(known)
        key = percent_decode(path[1:]) if len(path) > 1 else None
        level: Level = "service" if bucket is None and addressing is Addressing.SERVICE else "bucket"
        name = self._name("object" if key is not None else level)
        if self.form is not None and name == "PostObject":
            key = self.form.key or None
        head, answer, error = self.head, self.answer, self.error
        role = Role.OSS
        if self.method == "OPTIONS" and head.has(b"\norigin:") and head.has(b"\naccess-control-request-method:"):
            role = Role.PREFLIGHT
        request_id = self.request_id
        if request_id is None and error is not None:
            request_id = error.request_id
        return Operation(
            role,
            bucket,
            key,
            name,
            self.parts.endpoint,
            addressing,
            request_id,
            self.signature(),
            error,
            _server_time_ms(answer),
            _ec_of(answer, error),
            self.answered_by_oss,
            source,
            _sdk_of(head),
            head.message.frame,
        )

    def _locate(self, known: KnownHost | None) -> tuple[str | None, str, Addressing, str]:
        """Return the bucket, what told it, how it was addressed, and the path that holds the key."""
        parts, path = self.parts, self.target.path
        if parts.bucket is not None:
            return parts.bucket, "Host", parts.addressing, path
        if parts.addressing is Addressing.CNAME:
            return self._locate_behind_cname(known)
        # Without a bucket in the host it can only be the path's first segment; OSS proper refuses that, private
        # deployments take it.
        clue = None if known is None else bucket_clue(self.pair.response, self.error)
        if clue is not None and clue.source == "error HostId":
            return clue.bucket, clue.source, Addressing.VIRTUAL_HOST, path
        bucket, slash, rest = path[1:].partition("/")
        if not bucket:
            return None, "", Addressing.SERVICE, "/"
        return percent_decode(bucket), "request target", Addressing.PATH, slash + rest

    def _locate_behind_cname(self, known: KnownHost | None) -> tuple[str | None, str, Addressing, str]:
        """Find the bucket behind a custom domain: only answers of OSS name it."""
        path = self.target.path
        clue: BucketClue | None = bucket_clue(self.pair.response, self.error) if self.answered_by_oss else None
        if clue is None:
            bucket = None if known is None else known.bucket
            return bucket, _EARLIER if bucket else "", Addressing.CNAME, path
        if clue.resource == percent_decode(path):
            # The server resolved the path as it stands: a deployment addressed by path, not a custom domain.
            return clue.bucket, clue.source, Addressing.PATH, "/" + path[1:].partition("/")[2]
        if known is not None:
            known.bucket = clue.bucket
        return clue.bucket, clue.source, Addressing.CNAME, path

    def _name(self, level: Level) -> str:
        """Return the API name, with what only headers tell apart."""
        method, query = self.method, self.query
        if query and "x-oss-process" in query:
            query = query | {"x-oss-process": percent_decode(query["x-oss-process"])}
        name = operation_name(level, method, query)
        # A copy sends no content, so that the search is spared to all uploads.
        is_empty = self.head.message.body.captured == 0
        if is_empty and method == "PUT" and level == "object" and self.head.has(b"\nx-oss-copy-source:"):
            return {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}.get(name, name)
        if name == UNKNOWN and method == "POST" and level == "bucket" and self.form is not None:
            return "PostObject"
        if level == "bucket" and self.head.has(b"\nx-oss-access-point-name:") and name == "ListAccessPoints":
            return "GetAccessPoint"
        return name

    def _read_form(self) -> PostForm | None:
        """Return the form of a PostObject request; None if the body is no multipart form."""
        if self.method != "POST":
            return None
        content_type = self.head.value(b"\ncontent-type:")
        if not is_form(content_type):
            return None
        return read_form(self.head.message, content_type)


def _error_of(response: Message | None, answer: Head | None) -> ErrorDocument | None:
    """Parse the error document of an error answer: 4xx, 5xx, 203 (CallbackFailed), or a redirect that carries one.

    A 200 is never parsed: the body is the object, and an object may be an error document that somebody stored.
    """
    if response is None or answer is None:
        return None
    status = response.status
    if status < 300 and status != 203:
        return None
    return parse_error(response, answer.fields())


def _sdk_of(head: Head) -> str | None:
    """Return the SDK's product token; browsers keep theirs in `x-oss-user-agent`."""
    label = sdk_label(head.raw_value(b"\nuser-agent:"))
    if label is None and head.has(b"\nx-oss-user-agent:"):
        return sdk_label(head.raw_value(b"\nx-oss-user-agent:"))
    return label


def _server_time_ms(answer: Head | None) -> int | None:
    raw = b"" if answer is None else answer.raw_value(b"\nx-oss-server-time:").strip()
    return int(raw) if raw.isdigit() and len(raw) <= MAX_SERVER_TIME_DIGITS else None


def _ec_of(answer: Head | None, error: ErrorDocument | None) -> str | None:
    if answer is not None and answer.has(b"\nx-oss-ec:"):
        return answer.value(b"\nx-oss-ec:") or None
    return None if error is None or error.ec is None else error.ec.value


def _response_alone(pair: MessagePair, answer: Head | None) -> Operation | None:
    """Classify an answer whose request was not captured: only the answer can tie it to OSS."""
    response = pair.response
    if response is None or answer is None:
        return None
    request_id = answer.seen(b"\nx-oss-request-id:")
    error = _error_of(response, answer)
    from_oss = request_id is not None or answer.value(b"\nserver:") == _OSS_SERVER
    if not from_oss and (error is None or not answer.has(b"\nx-oss-")):
        return None
    clue = bucket_clue(response, error)
    host_id = parse_host(error.host_id.value) if error is not None and error.host_id is not None else None
    if request_id is None and error is not None:
        request_id = error.request_id
    return Operation(
        Role.OSS,
        bucket=None if clue is None else clue.bucket,
        endpoint=None if host_id is None else host_id.endpoint,
        addressing=Addressing.UNKNOWN if host_id is None else host_id.addressing,
        request_id=request_id,
        error=error,
        server_time_ms=_server_time_ms(answer),
        ec=_ec_of(answer, error),
        answered_by_oss=True,
        bucket_source="" if clue is None else clue.source,
        frame=response.frame,
    )


def _tunnel(pair: MessagePair, parts: HostParts | None) -> Operation | None:
    """Classify a CONNECT: an opened tunnel is no exchange with OSS, a refused one stands in the place of many."""
    response = pair.response
    if parts is None or (response is not None and response.status < 300):
        return None
    return Operation(
        Role.OTHER,
        bucket=parts.bucket,
        endpoint=parts.endpoint,
        addressing=parts.addressing,
        bucket_source="Host" if parts.bucket else "",
        frame=pair.first_frame,
    )


def _callback_operation(pair: MessagePair, head: Head) -> Operation:
    """Describe an upload callback: the request ID is the upload's own, which joins the two captures."""
    subject = read_subject(head)
    return Operation(
        Role.CALLBACK,
        bucket=subject.bucket,
        object=subject.object,
        name="UploadCallback",
        request_id=head.seen(b"\nx-oss-request-id:"),
        signature=authentication.CALLBACK_SUMMARY if head.has(b"\nauthorization:") else None,
        bucket_source=subject.bucket_source,
        frame=pair.first_frame,
    )


def _token_operation(
    pair: MessagePair, head: Head, answer: Head | None, target: Target, endpoint: Endpoint
) -> Operation:
    """Describe a call of the token service."""
    call = read_call(head, split_query(target.query) if target.query else {})
    response = pair.response
    error = _error_of(response, answer)
    request_id = None if error is None else error.request_id
    if error is None and response is not None:
        request_id = read_request_id(response)
    return Operation(
        Role.STS,
        name=call.action,
        endpoint=endpoint,
        addressing=Addressing.SERVICE,
        request_id=request_id,
        signature=call.signature,
        error=error,
        answered_by_oss=request_id is not None,
        sdk=_sdk_of(head),
        frame=pair.first_frame,
    )
