"""INT001 content-md5-mismatch: the Content-MD5 of a request does not fit its body as captured."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence
from osspcap.rules.integrity._checks import (
    MAX_DIGEST_CHARS,
    body_evidence,
    by_client,
    by_server,
    came_through,
    checks_of,
    place_of_body,
    stated_evidence,
)
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened


class ContentMd5Mismatch(CaptureRule):
    """The Content-MD5 of a request does not fit its body as captured.

    ## What it finds
    Uploads whose Content-MD5 header is not the MD5 of the body that stands behind it in the capture, or is no MD5 in
    the right form.

    ## Why it matters
    OSS computes the MD5 of what arrives and refuses the request with InvalidDigest if it differs. The value is base64
    of the 16 bytes of the digest (24 characters), not of its hexadecimal text (44 characters).

    ## How it decides
    The MD5 of the whole body is computed from the capture and compared with the header. Header and body differ at the
    point of capture, so that whatever lies behind it is not to blame: the client computed the digest wrong, over other
    bytes, or changed the body afterwards. What OSS says it computed (CalculatedDigest) is shown beside it. Where the
    request bears the marks of a proxy, `body-changed-before-server` tells it. Bodies that were not captured whole are
    undecided.

    ## False alarms
    A device in front of the point of capture that leaves no marks.
    """

    code = "INT001"
    name = "content-md5-mismatch"
    severity = Severity.ERROR
    on_facts = (Integrity,)
    supersedes = ("REQ016",)
    fix = (
        (
            "Compute the MD5 over exactly the bytes that are sent, after any compression and encryption, and encode "
            "its 16 bytes: in Python `base64.b64encode(hashlib.md5(data).digest())`."
        ),
        "Do not touch the data between computing the digest and sending it; a file that is still written to changes.",
        "Or leave Content-MD5 out and let the SDK's CRC-64 check compare both sides after the upload.",
    )
    sources = ("OSS error catalogue: InvalidDigest", "EC 0017-00000502 and 0017-00000503", "RFC 1864: Content-MD5")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such request; those to one bucket become one."""
        for check, exchange in checks_of(dissection, of_request=True):
            for statement in by_client(check, Algorithm.MD5):
                if statement.malformed or (statement.fits is False and not came_through(exchange, dissection)):
                    yield self._found(check, exchange, statement)
                elif statement.fits is None and (check.is_refused or exchange.status is None):
                    yield self.undecided(statement.lacking, exchange)

    def _found(self, check: BodyCheck, exchange: Exchange, statement: Statement) -> Verdict:
        stated = shortened(statement.seen.value, MAX_DIGEST_CHARS)
        if statement.malformed:
            told = f"Content-MD5 {stated} has the wrong form: {statement.malformed}"
        else:
            told = f"Content-MD5 {stated} is not the MD5 of the body as captured, {statement.captured}"
        return self.finding(
            f"{told}: {answer_name(exchange)}",
            *_evidence(check, exchange, statement),
            explanation=_explained(check, exchange, statement),
            exchanges=(exchange,),
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket} {statement.malformed}",
        )


def _evidence(check: BodyCheck, exchange: Exchange, statement: Statement) -> Iterator[Evidence]:
    yield stated_evidence(exchange, statement)
    if exchange.request is not None and statement.captured:
        yield body_evidence(exchange, exchange.request, statement)
    for other in by_server(check):
        yield stated_evidence(exchange, other)
    yield from answer_evidence(exchange)


def _explained(check: BodyCheck, exchange: Exchange, statement: Statement) -> str:
    if statement.malformed:
        return ""
    where = "" if exchange.request is None else f" ({place_of_body(exchange.request)})"
    agreed = next((item for item in by_server(check) if item.fits), None)
    same = "" if agreed is None else " OSS computed the same over what arrived, so nothing changed it after that."
    return (
        f"Header and body{where} differ already at the point of capture: the client computed the digest wrong or over "
        f"other bytes, or the body was changed between the client's computation and this point.{same}"
    )
