"""What the rules about callbacks share: both legs of a failed callback, and how they are told."""

from collections.abc import Iterator

from osspcap.model.callback import (
    CallbackCase,
    CallbackCause,
    CallbackFault,
    CallbackParameter,
    CallbackReply,
    CallbackRequest,
    Callbacks,
)
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity
from osspcap.model.record import record
from osspcap.model.report import Dissection
from osspcap.model.seen import Seen
from osspcap.rules.wording import request_id_note, request_name

SOURCES = (
    "OSS API reference: Callback",
    "OSS user guide 2019 (D): upload callback",
    "OSS user guide 2022, Chinese (E): upload callback",
)
STORED = "The object is stored: do not upload it again, repeat only what the callback should have done."
ACCEPTED = "OSS answered the upload with 200 all the same: perhaps another URL of callbackUrl took the callback."


@record
class Legs:
    """One failed callback with the exchanges that show it."""

    case: CallbackCase
    upload: Exchange | None
    callback: Exchange | None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges there are, in order of start."""
        legs = (exchange for exchange in (self.upload, self.callback) if exchange is not None)
        return tuple(sorted(legs, key=lambda exchange: exchange.id))

    @property
    def asked(self) -> CallbackRequest | None:
        """Callback parameters of the upload."""
        return None if self.upload is None else self.upload.facts.get(CallbackRequest)

    @property
    def target(self) -> str:
        """Host, port and path that OSS called, ready to follow `callback to`; empty if the capture does not tell."""
        reply = None if self.callback is None else self.callback.facts.get(CallbackReply)
        if reply is not None:
            return reply.target
        return "" if self.asked is None else self.asked.shown_target

    @property
    def severity(self) -> Severity:
        """Error, unless OSS was content in the end."""
        return Severity.INFO if self.case.is_accepted else Severity.ERROR

    @property
    def consequence(self) -> str:
        """What became of the upload."""
        if self.case.is_accepted:
            return ACCEPTED
        return "" if self.upload is None and self.callback is None else f"The upload itself succeeded. {STORED}"

    def summary(self, seen: str, stated: str) -> str:
        """Return one sentence: what the application's leg shows if it is there, else what OSS states."""
        to = f" to {self.target}" if self.target else ""
        note = request_id_note(self.exchanges[0])
        if self.case.fault is not None:
            outcome = f", OSS answers the upload {self.upload.status}" if self.upload is not None else ""
            return f"callback{to}: {seen}{outcome}{note}"
        assert self.upload is not None  # noqa: S101 - a case has a fault or a statement
        return (
            f"{request_name(self.upload)} stored the object, but its callback{to} failed: {stated}{self._code()}{note}"
        )

    def _code(self) -> str:
        upload = self.upload
        if upload is None or upload.operation is None or upload.operation.error is None:
            return ""
        return f", OSS answers {upload.status} {upload.operation.error.code.value}"

    def evidence(self) -> tuple[Evidence, ...]:
        """Show both legs: what the application answered, then what OSS told the client."""
        found = [*_reply_evidence(self)] if self.callback is not None else []
        if self.upload is not None:
            found += error_evidence(self.upload)
            found += parameter_evidence(self.upload)
        return tuple(found)


def legs_of(dissection: Dissection, *causes: CallbackCause) -> Iterator[Legs]:
    """Yield the failed callbacks that have one of these causes."""
    callbacks = dissection.facts.get(Callbacks)
    for case in () if callbacks is None else callbacks.cases:
        if case.cause in causes:
            upload = None if case.upload is None else dissection.exchanges[case.upload]
            callback = None if case.callback is None else dissection.exchanges[case.callback]
            yield Legs(case, upload, callback)


def uploads_of(dissection: Dissection) -> Iterator[Exchange]:
    """Yield the uploads that ask for a callback, or whose answer speaks of one."""
    callbacks = dissection.facts.get(Callbacks)
    return (dissection.exchanges[number] for number in (() if callbacks is None else callbacks.uploads))


def evidence_of(exchange: Exchange, seen: Seen[str], expected: str = "") -> Evidence:
    """Make evidence from a fact of an exchange."""
    return Evidence.of(seen, stream=exchange.stream, exchange=exchange.id, expected=expected)


def error_evidence(exchange: Exchange) -> list[Evidence]:
    """Show how an upload was answered: status line, code, message, EC, request ID."""
    if exchange.response is None:
        return []
    seen: list[Seen[str] | None] = [exchange.response.seen_start_line()]
    operation = exchange.operation
    if operation is not None:
        error = operation.error
        seen += [error.code, error.message, error.ec] if error is not None else []
        seen.append(operation.request_id)
    return [evidence_of(exchange, fact) for fact in seen if fact is not None]


def parameter_evidence(exchange: Exchange) -> list[Evidence]:
    """Show the parameter that the callback came from, and the URL in it."""
    asked = exchange.facts.get(CallbackRequest)
    if asked is None or not asked.parameters:
        return []
    origin = asked.parameters[0].origin
    found = [evidence_of(exchange, origin)]
    if asked.targets:
        shown = "; ".join(target.shown for target in asked.targets[:5])
        place = f"{origin.field} decoded, URL"
        found.append(Evidence(origin.frame, exchange.stream, exchange.id, place, shown))
    return found


def fault_evidence(
    exchange: Exchange, parameter: CallbackParameter, fault: CallbackFault, expected: str = "", *, place: str = ""
) -> Evidence:
    """Show a fault of a parameter at its byte."""
    origin = parameter.origin
    place = place or f"{origin.field}{' decoded' if fault.near else ''}"
    if fault.offset is not None:
        place += f", byte {fault.offset}"
    observed = fault.near or fault.reason
    return Evidence(origin.frame, exchange.stream, exchange.id, place, observed, expected)


def placed(fault: CallbackFault) -> str:
    """Return a fault with its byte: `byte 51: the string ends here`."""
    return fault.reason if fault.offset is None else f"byte {fault.offset}: {fault.reason}"


def _reply_evidence(legs: Legs) -> Iterator[Evidence]:
    callback = legs.callback
    if callback is None or callback.request is None:
        return
    yield evidence_of(callback, callback.request.seen_start_line())
    fields = callback.request.fields()
    host = fields.first("host")
    if host is not None:
        yield evidence_of(callback, callback.request.seen(host))
    response = callback.response
    if response is not None:
        yield evidence_of(callback, response.seen_start_line())
        for name in ("Content-Type", "Content-Length", "Transfer-Encoding", "Content-Encoding", "Location"):
            line = response.fields().first(name)
            if line is not None:
                yield evidence_of(callback, response.seen(line))
        fault = None if legs.case.fault is None else legs.case.fault.fault
        if fault is not None:
            frame = response.frame if response.body.first_frame is None else response.body.first_frame
            place = f"response body, byte {fault.offset or 0}"
            yield Evidence(frame, callback.stream, callback.id, place, shown_bytes(fault), "JSON")
    if callback.operation is not None and callback.operation.request_id is not None:
        yield evidence_of(callback, callback.operation.request_id)


def capture_step(legs: Legs) -> str:
    """Say how to record the application's leg."""
    asked = legs.asked
    port = asked.targets[0].port if asked is not None and asked.targets else 80
    command = f"tcpdump -i any -s0 -w callback.pcap tcp port {port}"
    return f"Record on the application server, upload once more, and analyze the file: `{command}`."


def curl_step(legs: Legs) -> str:
    """Say how to call the application as OSS does."""
    asked = legs.asked
    scheme = "https" if asked is not None and asked.targets and asked.targets[0].is_https else "http"
    url = f"{scheme}://{legs.target}" if legs.target else "URL"
    return f"Call the application as OSS does: `curl -s -v -d 'bucket=b&object=o' {url} | xxd | head`."


def shown_bytes(fault: CallbackFault) -> str:
    """Return the bytes at a fault in hexadecimal, and the text around them."""
    if not fault.raw:
        return "no bytes"
    return f"{fault.raw[:8].hex(' ')}  {fault.near}".rstrip()
