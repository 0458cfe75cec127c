"""SIG114 signing-header-missing: a header that the signature needs is not in the request."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing_facts import Complaint, SigningFacts
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule, key_name, problems_of, refused_with

_ABSENT = frozenset({ProblemName.DATE_MISSING, ProblemName.ADDITIONAL_HEADER_MISSING})


class SigningHeaderMissing(SigningRule):
    """A header that the signature needs is not in the request.

    ## What it finds
    Refused requests signed in the header that carry no date of any kind, or whose AdditionalHeaders name a header that
    is not there.

    ## Why it matters
    Without a date OSS cannot judge the request at all; without a header that was signed the signature cannot match.
    Browsers do not let a program set Date, and devices on the way drop headers that they do not know.

    ## How it decides
    The captured request has neither x-oss-date nor Date, or lacks a header that its own Authorization lists.

    ## False alarms
    Clients that list a header and drop it from what they sign; for AdditionalHeaders the finding is therefore likely
    only.
    """

    code = "SIG114"
    name = "signing-header-missing"
    supersedes = ("SIG100", "SIG101", "SIG102", "REQ016")
    fix = (
        "Send `x-oss-date` (or `Date`) with every signed request; in browsers only `x-oss-date` can be set.",
        "List in AdditionalHeaders only headers that are really sent, with their final values.",
        "If the client does send the header, look for the device in front of the point of capture that drops it.",
    )
    sources = (*SIGNING_SOURCES, "OSS documentation: EC 0002-00000502, 0002-00000503, 0002-00000505")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a missing header; those of one key become one."""
        facts = exchange.facts.get(SigningFacts)
        auth = None if facts is None else facts.authentication
        if facts is None or facts.complaint is Complaint.UNSTATED:
            return
        problems = problems_of(auth, _ABSENT)
        if not problems:
            return
        details = "; ".join(item.detail for item in problems)
        is_date = any(item.name is ProblemName.DATE_MISSING for item in problems)
        yield self.finding(
            f"{refused_with(exchange)}: {details}",
            *self.request_evidence(exchange, auth),
            *self.problem_evidence(exchange, problems),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_date else Confidence.LIKELY,
            cause=f"{key_name(auth)} {details}",
        )
