"""NET003 dns-failed: the name of the endpoint could not be resolved."""

from collections.abc import Iterator

from osspcap.model.attempts import Connecting, FailedName, Subject
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted, shortened
from osspcap.units import format_duration

MAX_SHOWN = 10
"""Lookups that become evidence."""

_WORDS = {
    "NXDOMAIN": "there is no such name (NXDOMAIN)",
    "NOERROR": "the name has no address",
    "SERVFAIL": "the resolver could not find out (SERVFAIL)",
    "REFUSED": "the resolver refuses to answer (REFUSED)",
    "": "no resolver answers",
}
_FIXES = {
    "NXDOMAIN": "Correct the endpoint: the bucket's name goes in front of it once, as in "
    "`rokid.oss-cn-hangzhou.aliyuncs.com`; a custom domain needs a CNAME record that points there.",
    "NOERROR": "Give a custom domain a CNAME record that points to `<bucket>.<endpoint>`; check that it is complete.",
    "": "Check which resolvers the host uses (`cat /etc/resolv.conf`) and that UDP and TCP port 53 to them are open.",
}


class DnsFailed(CaptureRule):
    """The name of the endpoint could not be resolved.

    ## What it finds
    Lookups of an endpoint's name that end without an address: an error, an answer without addresses, or no answer.

    ## Why it matters
    Without an address there is no connection: the program reports an unknown host or a connect timeout, and nothing
    of it reaches OSS.

    ## How it decides
    No lookup of the name by any client in the capture gave an address, over UDP or TCP, IPv4 or IPv6; a query without
    answer counts after three seconds. Names that have nothing to do with OSS are left out as soon as the capture
    shows OSS traffic; in a capture without any, a failed name may be a bucket's own domain, and is told as a warning.

    ## False alarms
    A program that got the address from elsewhere: a hosts file, or DNS over HTTPS.
    """

    code = "NET003"
    name = "dns-failed"
    severity = Severity.ERROR
    on_facts = (Connecting,)
    fix = ("Run `nslookup <name>` and `nslookup <name> 223.5.5.5`: if only the second works, blame the resolver.",)
    sources = ("RFC 1035 section 4.1.1 (RCODE)", "RFC 2308 section 2 (answers without records)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each name that stayed without an address."""
        connecting = dissection.facts.get(Connecting)
        for failed in () if connecting is None else connecting.failed_names:
            is_oss = failed.subject is Subject.OSS
            resolvers = ", ".join(dict.fromkeys(lookup.resolver for lookup in failed.lookups))
            advice = _FIXES.get(failed.code)
            yield self.finding(
                f"{shortened(failed.name, 120)} could not be resolved: {_WORDS.get(failed.code, failed.code)}; "
                f"{counted(len(failed.lookups), 'lookup')} by {failed.client} at {resolvers}",
                *_evidence(failed),
                severity=Severity.ERROR if is_oss else Severity.WARNING,
                confidence=Confidence.CONFIRMED if is_oss else Confidence.POSSIBLE,
                fix=self.fix if advice is None else (advice, *self.fix),
                cause=f"{failed.name} {failed.code}",
                occurrences=len(failed.lookups),
            )


def _evidence(failed: FailedName) -> Iterator[Evidence]:
    for lookup in failed.lookups[:MAX_SHOWN]:
        question = f"{lookup.kind} {shortened(lookup.name, 120)}"
        if lookup.answer_frame is not None:
            aliases = f", by way of {shortened(lookup.aliases[-1], 80)}" if lookup.aliases else ""
            observed = f"{question}: {lookup.code}{aliases}, no address"
            yield Evidence(lookup.answer_frame, None, None, "DNS answer", observed, "an address")
        else:
            asked = f"asked {counted(lookup.queries, 'time')} in {format_duration(lookup.last_ns - lookup.first_ns)}"
            yield Evidence(lookup.first_frame, None, None, "DNS query", f"{question}, {asked}", "an answer")
