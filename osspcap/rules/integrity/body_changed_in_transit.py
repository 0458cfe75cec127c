"""INT002 body-changed-in-transit: OSS got another body than the one that was captured."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.multipart import Completion, MultipartUploads
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.integrity._checks import (
    body_evidence,
    by_client,
    by_server,
    checks_of,
    devices_note,
    leg_note,
    place_of_body,
    right_leg,
    stated_evidence,
)
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import counted, request_id_note, request_name, shortened


class BodyChangedInTransit(CaptureRule):
    """OSS got another body than the one that was captured.

    ## What it finds
    Uploads for which OSS states a CRC-64 or MD5 that the captured body does not have; uploads that OSS refused because
    of their digest although the digest fits the captured body; and multipart objects whose CRC-64 is not that of their
    parts joined.

    ## Why it matters
    The object in the bucket is not what was sent. OSS answers 200 and nobody notices, unless the client compares the
    checksums as SDKs with CRC check do ("the crc of upload is inconsistent").

    ## How it decides
    The CRC-64 (x-oss-hash-crc64ecma) or MD5 in the answer describes what OSS stored. The same is computed from the body
    as captured. If they differ, the capture was taken before the change: between this point and OSS a device changed
    the body. If the capture was taken on a proxy, its own request shows whether it was the proxy. Only bodies that were
    captured whole are judged.

    ## False alarms
    None known: signatures do not cover the body, so that a device can change it without being refused.
    """

    code = "INT002"
    name = "body-changed-in-transit"
    severity = Severity.ERROR
    on_facts = (Integrity, MultipartUploads)
    supersedes = ("REQ016", "INT005", "PRX304")
    fix = (
        "Upload by HTTPS, so that no device on the way can touch the body.",
        "Look for a proxy, firewall, content filter or CDN between the point of capture and OSS that rewrites bodies.",
        (
            "Keep the SDK's CRC check on, or send Content-MD5, so that OSS or the SDK refuses a changed body; upload "
            "the object again, since the one that is stored is wrong."
        ),
    )
    sources = ("OSS documentation: Check data integrity by CRC-64", "OSS FAQ, Python SDK (A): the request is modified")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such body; all of one bucket become one."""
        for check, exchange in checks_of(dissection, of_request=True):
            statement = _telling(check)
            if statement is not None:
                yield self._found(dissection, check, exchange, statement)
            elif not check.is_refused:
                for reason in dict.fromkeys(item.lacking for item in by_server(check) if item.fits is None):
                    yield self.undecided(reason, exchange)
        uploads = dissection.facts.get(MultipartUploads)
        for upload in () if uploads is None else uploads.uploads:
            for completion in upload.completions:
                yield from self._joined(dissection, completion)

    def _found(self, dissection: Dissection, check: BodyCheck, exchange: Exchange, statement: Statement) -> Verdict:
        told = f"the body of {request_name(exchange)} was changed between the point of capture and OSS"
        if statement.fits:
            told += f": the {statement.algorithm} in the request fits the captured body; {answer_name(exchange)}"
        else:
            told += (
                f": as captured it has {statement.algorithm} {statement.captured}, OSS states "
                f"{shortened(statement.seen.value, 60)}{request_id_note(exchange)}"
            )
        inner = right_leg(check, exchange, dissection, statement)
        return self.finding(
            told,
            *_evidence(check, exchange, statement),
            explanation=_explained(exchange, statement, inner),
            exchanges=(exchange,) if inner is None else (exchange, inner),
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket} {statement.fits}",
        )

    def _joined(self, dissection: Dissection, completion: Completion) -> Iterator[Verdict]:
        stated, combined = completion.stated_crc64, completion.combined_crc64
        if stated is None or combined is None or stated.value.strip() == str(combined):
            return
        exchange = dissection.exchanges[completion.exchange]
        yield self.finding(
            f"{request_name(exchange)} made an object of {counted(completion.entry_count, 'part')} with CRC-64 "
            f"{shortened(stated.value, 40)}, but the parts joined have {combined}{request_id_note(exchange)}",
            evidence_at(exchange, stated, str(combined)),
            *answer_evidence(exchange),
            explanation=(
                "OSS stated a CRC-64 for each part when it was uploaded. Joined in the order of the list they do not "
                "give the CRC-64 of the object: another program replaced a part, or the list or an answer was changed "
                "on the way."
            ),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket} joined",
        )


def _telling(check: BodyCheck) -> Statement | None:
    """Return the statement that proves the change; None if none does."""
    for statement in by_server(check):
        if statement.fits is False:
            return statement
    if check.is_refused:
        return next((item for item in by_client(check, Algorithm.MD5, Algorithm.CRC64) if item.fits), None)
    return None


def _evidence(check: BodyCheck, exchange: Exchange, telling: Statement) -> Iterator[Evidence]:
    yield stated_evidence(exchange, telling)
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line())
        yield body_evidence(exchange, exchange.request, telling)
    for other in check.statements:
        if other is not telling and other.captured:
            yield stated_evidence(exchange, other)
    yield from answer_evidence(exchange)


def _explained(exchange: Exchange, statement: Statement, inner: Exchange | None) -> str:
    where = "" if exchange.request is None else f" ({place_of_body(exchange.request)})"
    stored = "" if statement.fits else " The object that OSS stored is not what was sent."
    return (
        f"This capture was taken before the change: it holds the body as the client sent it{where}, and OSS computed "
        f"its checksum over what arrived.{stored}{leg_note(inner, 'sent the other content on')}{devices_note(exchange)}"
    )
