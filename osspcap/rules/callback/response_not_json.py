"""CBK001 response-not-json: the application's answer to OSS's callback is not JSON."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, CallbackReply, Callbacks, FaultKind
from osspcap.model.finding import Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, Legs, capture_step, curl_step, legs_of, placed

_FIX = {
    FaultKind.BOM: "Save the scripts that make the answer as UTF-8 without BOM, all files that they include too, and"
    " look for the file that has one: `grep -rl $'\\xEF\\xBB\\xBF' .`.",
    FaultKind.UTF16: "Encode the answer as UTF-8 instead of UTF-16.",
    FaultKind.NOT_UTF8: "Encode the answer as UTF-8.",
    FaultKind.COMPRESSED: "Switch compression off for this path in the web server.",
    FaultKind.MARKUP: "Find out why the application sends a page: switch off display_errors (PHP) and debug pages,"
    " and let errors end in JSON as well.",
    FaultKind.TEXT: "Send nothing but the JSON: no log lines, notices or words around it.",
    FaultKind.EMPTY: 'Send a JSON document as the body, `{"Status":"OK"}` for example.',
    FaultKind.TRAILING: "End the script behind the JSON: nothing may follow it, no second document and no page footer.",
    FaultKind.SINGLE_QUOTES: "Let a library make the JSON (`json.dumps`, `json_encode`) instead of printing an object.",
    FaultKind.CONSTANT: "Make the JSON with a library that keeps to RFC 8259, and send null for what is no number.",
}
_OTHER_FIX = "Make the JSON with a library (`json.dumps`, `json_encode`, Jackson) instead of joining strings."


class ResponseNotJson(CaptureRule):
    """The application's answer to OSS's callback is not JSON.

    ## What it finds
    Callbacks that the application answered with 200 and a body that is not JSON: a byte order mark (BOM) in front,
    an HTML page or PHP notice, nothing at all, single quotes, bytes behind the JSON. In a capture taken at the client:
    203 CallbackFailed with the message "Response body is not valid json format.".

    ## Why it matters
    OSS passes the application's answer on to the client and takes nothing but JSON for it. It answers the upload with
    203 CallbackFailed, which is an error although it is a 2xx status: the object is stored, but clients and SDKs
    report a failure.

    ## How it decides
    Captured at the application: the body is parsed by RFC 8259, and the byte where that fails is named. XML passes if
    Content-Type is application/xml. Captured at the client: OSS's own message. Where both legs are in the capture they
    are joined by the request ID.

    ## False alarms
    None where OSS answers the upload with 203. Without that leg, OSS may read some answers more leniently than the
    standard.
    """

    code = "CBK001"
    name = "response-not-json"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "Send JSON in UTF-8 without BOM, made by a library, with Content-Type: application/json.",
        "Try it: `curl -s -d 'bucket=b&object=o' URL | xxd | head -2` must begin with 7b ({).",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each callback; equal faults of one application become one."""
        for legs in legs_of(dissection, CallbackCause.NOT_JSON):
            yield self._shown(legs) if legs.case.fault is not None else self._stated(legs)
        for legs in legs_of(dissection, CallbackCause.UNSTATED):
            reason = "OSS answers 203, the callback failed, but the document that says why is not in the capture"
            yield self.undecided(reason, *legs.exchanges)
        callbacks = dissection.facts.get(Callbacks)
        for number in () if callbacks is None else callbacks.open_replies:
            exchange = dissection.exchanges[number]
            reply = exchange.facts.get(CallbackReply)
            if reply is not None:
                yield self.undecided(reply.open_question, exchange)

    def _shown(self, legs: Legs) -> Finding:
        """Tell what the application's leg proves."""
        fault = legs.case.fault.fault if legs.case.fault is not None else None
        assert fault is not None  # noqa: S101 - what is not JSON has its fault
        first = f" (the bytes there are {fault.raw[:4].hex(' ')})" if fault.raw else ""
        return self.finding(
            legs.summary(f"the application's answer is not JSON, {placed(fault)}", ""),
            *legs.evidence(),
            explanation=f"The body fails at byte {fault.offset or 0}{first}. OSS takes nothing but JSON. "
            + legs.consequence,
            exchanges=legs.exchanges,
            severity=legs.severity,
            fix=(_FIX.get(fault.kind, _OTHER_FIX), *self.fix),
            cause=f"{legs.target} {fault.kind}",
        )

    def _stated(self, legs: Legs) -> Finding:
        """Tell what OSS states, and how to find the reason."""
        if legs.callback is not None:
            why = (
                "The answer captured at the application is JSON, so something between it and OSS changes it: a reverse"
                " proxy, a firewall or a CDN in front of the application."
            )
        else:
            why = (
                "OSS does not say what it received. Usual reasons, the most frequent first: a UTF-8 byte order mark"
                " (BOM, bytes ef bb bf) in front of the JSON, which editors hide; an HTML page or a PHP notice; plain"
                " text such as OK; an empty body; an exception's stack trace."
            )
        return self.finding(
            legs.summary("", "the application's answer is not valid JSON"),
            *legs.evidence(),
            explanation=f"{why} {legs.consequence}",
            exchanges=legs.exchanges,
            fix=(capture_step(legs), curl_step(legs), *self.fix[:1]),
            cause=legs.target,
        )
