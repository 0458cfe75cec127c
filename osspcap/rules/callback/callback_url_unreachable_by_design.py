"""CBK006 callback-url-unreachable-by-design: callbackUrl names what OSS can never call."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, CallbackRequest, Callbacks, CallbackStatement
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, error_evidence, parameter_evidence, uploads_of
from osspcap.rules.wording import request_id_note, request_name


class CallbackUrlUnreachableByDesign(CaptureRule):
    """The parameter callbackUrl names what OSS can never call.

    ## What it finds
    Uploads whose callbackUrl is missing or names a private, loopback or link-local address, an IPv6 address, a host
    name of the local network, or more than 5 URLs. Uploads that OSS refuses with "Private address is forbidden to
    callback." or "Can not get ip by this host.".

    ## Why it matters
    OSS calls from its own network. An address that only the user's machines can reach is out of its reach, and newer
    releases refuse it at once: the callback can never succeed.

    ## How it decides
    The parameter is decoded from the captured request, and each host of callbackUrl is held against the address ranges
    of RFC 1918, RFC 3927, RFC 6598 and the loopback network. An upload that OSS answered with 200 is left alone.

    ## False alarms
    Private deployments of OSS that share a network with the application.
    """

    code = "CBK006"
    name = "callback-url-unreachable-by-design"
    severity = Severity.WARNING
    on_facts = (Callbacks,)
    fix = (
        "Give callbackUrl a host name or IPv4 address that can be reached from the internet.",
        "Put a public load balancer or reverse proxy in front of an application that has a private address only.",
    )
    sources = (*SOURCES, "RFC 1918", "OSS error code 0007-00000004")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload that was not answered with 200."""
        for exchange in uploads_of(dissection):
            yield from self._judge(exchange)

    def _judge(self, exchange: Exchange) -> Iterator[Verdict]:
        if exchange.status in {200, 201, 204}:
            return
        asked, statement = exchange.facts.get(CallbackRequest), exchange.facts.get(CallbackStatement)
        faults = () if asked is None else asked.url_faults
        cause = None if statement is None else statement.cause
        is_refused = cause is CallbackCause.ADDRESS
        if not is_refused and (
            not faults or (cause is CallbackCause.CONFIG and asked is not None and asked.config_faults)
        ):
            return
        why = "; ".join(faults[:3]) if faults else "OSS refuses its address"
        yield self.finding(
            f"{request_name(exchange)}: OSS cannot call callbackUrl, {why}{request_id_note(exchange)}",
            *parameter_evidence(exchange),
            *error_evidence(exchange),
            exchanges=(exchange,),
            severity=Severity.ERROR if is_refused else Severity.WARNING,
            confidence=Confidence.CONFIRMED if is_refused else Confidence.LIKELY,
            cause=why,
        )
