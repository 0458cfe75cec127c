"""PRX201 answer-not-from-oss: somebody else answered in the place of OSS."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.foreign_answer import ForeignAnswer, ForeignKind
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_name, shortened


class AnswerNotFromOss(ExchangeRule):
    """Somebody else answered in the place of OSS.

    ## What it finds
    Answers to requests for OSS that a proxy, a firewall, a gateway or a captive portal gave: block pages, requests
    for a proxy login, refused tunnels, gateway errors, redirects to a login page, and pages in the place of an object.

    ## Why it matters
    The request never reached OSS, or its answer never came back, so that nothing in the bucket, its permissions or
    the signature explains the failure. SDKs report such answers as unknown or unparsable errors. Whoever runs the
    device has to act.

    ## How it decides
    Every answer of OSS carries a request ID (x-oss-request-id), Server: AliyunOSS or an OSS error document. An error
    status without any of them is not OSS's; neither is a redirect to another host, or an HTML page where an object or
    an upload was asked for. It is confirmed where the answer names its maker itself: status 407, Via, a proxy's own
    header, a refused CONNECT. A request that got through when it was sent again is a warning, and a proxy login in
    two steps only a note.

    ## False alarms
    A proxy that takes all of these headers out of OSS's answers; an object that is itself an HTML page and was read
    through such a proxy (then it is possible only).
    """

    code = "PRX201"
    name = "answer-not-from-oss"
    severity = Severity.ERROR
    on_error_only = False
    on_facts = (ForeignAnswer,)
    on_roles = (Role.OSS, Role.PREFLIGHT, Role.STS, Role.OTHER)
    fix = (
        "Ask those who run the device named here to let requests to the OSS endpoint pass.",
        "Try the same request from a network without the device, or by HTTPS: then OSS itself answers.",
        "If no such device is known, capture on the client and look at the server's address: it must be OSS's.",
    )
    sources = (
        "OSS API reference, common response headers",
        "OSS guide, 403 SignatureDoesNotMatch (D 6 item 6, E 8 item 6)",
        "RFC 9110 sections 7.6.3, 11.7 and 15.6",
        "RFC 6585 section 6",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for an answer that OSS did not give; equal answers become one."""
        answer = exchange.facts.get(ForeignAnswer)
        if answer is None:
            return
        if not answer.is_head_whole:
            yield self.undecided(
                "the head of the answer was not captured whole, so a request ID may be missing", exchange
            )
            return
        yield self._finding(exchange, answer)

    def _finding(self, exchange: Exchange, answer: ForeignAnswer) -> Finding:
        severity, confidence = self._weight(answer)
        device = shortened(answer.device, 100) or "a device on the way"
        title = f', page "{shortened(answer.title.value, 80)}"' if answer.title is not None else ""
        retried = "; sent again, the request got through" if answer.is_overcome else ""
        evidence = [self.evidence(exchange, sign) for sign in answer.signs]
        if answer.title is not None:
            evidence.append(self.evidence(exchange, answer.title))
        return self.finding(
            f"{_request(exchange)} was answered by {device} and not by OSS: "
            f"{exchange.status} {answer.kind}{_detail(answer)}{title}{retried}",
            *self.error_evidence(exchange)[:1],
            *evidence,
            explanation=_explanation(answer),
            exchanges=(exchange,),
            severity=severity,
            confidence=confidence,
            fix=_fix(answer, self.fix),
            cause=f"{exchange.status} {answer.kind} {answer.device} {severity} {confidence}",
        )

    def _weight(self, answer: ForeignAnswer) -> tuple[Severity, Confidence]:
        confidence = Confidence.CONFIRMED if answer.is_named else Confidence.LIKELY
        if answer.is_overcome:
            is_login = answer.kind is ForeignKind.PROXY_LOGIN
            return (Severity.INFO if is_login else Severity.WARNING), confidence
        if answer.kind is ForeignKind.PAGE and answer.may_be_object:
            return Severity.WARNING, Confidence.POSSIBLE
        if answer.kind in (ForeignKind.PAGE, ForeignKind.PORTAL):
            return self.severity, Confidence.LIKELY
        return self.severity, confidence


def _request(exchange: Exchange) -> str:
    request = exchange.request
    if request is not None and request.method == "CONNECT":
        return f"the tunnel to {shortened(request.target, 100)}"
    return request_name(exchange)


def _detail(answer: ForeignAnswer) -> str:
    if answer.realm:
        return f' (realm "{shortened(answer.realm, 80)}")'
    return f" ({shortened(answer.location, 100)})" if answer.location else ""


def _explanation(answer: ForeignAnswer) -> str:
    proof = (
        "The answer carries no x-oss-request-id, no Server: AliyunOSS and no OSS error document, one of which is in "
        "every answer of OSS."
    )
    match answer.kind:
        case ForeignKind.PROXY_LOGIN:
            cause = "The proxy wants the client to log in; the status 407 is a proxy's by definition."
        case ForeignKind.TUNNEL_REFUSED:
            cause = "The client asked the proxy for a tunnel to OSS, and the proxy refused it: OSS was never asked."
        case ForeignKind.GATEWAY_FAILED:
            cause = "A gateway passed the request on, or tried to, and got no usable answer: the fault lies behind it."
        case ForeignKind.BLOCKED:
            cause = "A firewall, WAF or proxy refused the request by a rule of its own."
        case ForeignKind.PORTAL:
            cause = "A captive portal or login server sends the client elsewhere; it must log in before it reaches OSS."
        case ForeignKind.PAGE:
            cause = "The body is an HTML page and not what was asked for, as login pages and block pages are."
        case ForeignKind.FAILED:
            cause = "Who made it, only its other headers can tell."
    return f"{proof} {cause}"


def _fix(answer: ForeignAnswer, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Return the steps, the one that this kind of answer asks for first."""
    match answer.kind:
        case ForeignKind.PROXY_LOGIN:
            first = (
                "Give the client the proxy's user and password (for SDKs: their proxy options, or "
                "`http_proxy=http://USER:PASSWORD@HOST:PORT`), or take the proxy out for OSS: "
                "`NO_PROXY=.aliyuncs.com`."
            )
        case ForeignKind.TUNNEL_REFUSED | ForeignKind.BLOCKED:
            first = (
                "Ask those who run the device to allow the OSS endpoint, its port and the method, and give them the "
                "time and the client's address from this capture."
            )
        case ForeignKind.GATEWAY_FAILED:
            first = (
                "Ask those who run the gateway why it got no answer from OSS: its name resolution, its route to OSS, "
                "its timeouts (`proxy_read_timeout`) and its limit for bodies; capture behind it to see."
            )
        case ForeignKind.PORTAL | ForeignKind.PAGE:
            first = "Open any web page with a browser from the same machine and log in, then repeat the request."
        case ForeignKind.FAILED:
            first = "Find out whose address the server of this connection is, and ask those who run it."
    return (first, *usual)
