"""INT004 download-changed-in-transit: the object that arrived is not the one that OSS has."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.integrity._checks import (
    body_evidence,
    checks_of,
    devices_note,
    leg_note,
    place_of_body,
    right_leg,
    stated_evidence,
)
from osspcap.rules.wording import counted, request_id_note, request_name, shortened


class DownloadChangedInTransit(CaptureRule):
    """The object that arrived is not the one that OSS has.

    ## What it finds
    Downloads of whole objects whose body, as captured, does not have the CRC-64 or MD5 that the answer states; and
    objects downloaded range by range whose ranges, joined, do not have it.

    ## Why it matters
    The client works with wrong data. Clients that check the CRC fail ("the crc of download is inconsistent"); the
    others notice nothing.

    ## How it decides
    The CRC-64 (x-oss-hash-crc64ecma), else Content-MD5, is compared with the whole body as captured, or with what it
    unpacks to where it was compressed on the way; of ranges, once all of them were captured, with the CRC-64 of all of
    them joined. If they differ, the capture was taken behind the change: a device
    between OSS and this point changed the body. Single ranges, processed images and bodies that were not captured whole
    are not judged, because the checksum describes the whole object.

    ## False alarms
    CDNs that are told to optimize pages, which change HTML, CSS and JavaScript on purpose.
    """

    code = "INT004"
    name = "download-changed-in-transit"
    severity = Severity.ERROR
    on_facts = (Integrity,)
    supersedes = ("INT005", "PRX307")
    fix = (
        "Download by HTTPS from the bucket's own endpoint, so that no device on the way can touch the body.",
        "On a CDN switch off page optimizing and image conversion, and refresh the object in its cache.",
        "Look for a proxy, firewall or content filter that rewrites bodies, and download again.",
        "Let the client compare x-oss-hash-crc64ecma with what it got.",
    )
    sources = ("OSS documentation: Check data integrity by CRC-64", "OSS API reference, GetObject")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such download; those of one bucket become one."""
        for check, exchange in checks_of(dissection, of_request=False):
            for statement in check.statements:
                if statement.algorithm is Algorithm.ETAG:
                    continue
                if statement.fits is None:
                    yield self.undecided(statement.lacking, exchange)
                elif not statement.fits:
                    yield self._found(dissection, check, exchange, statement)

    def _found(self, dissection: Dissection, check: BodyCheck, exchange: Exchange, statement: Statement) -> Verdict:
        what = f"its {counted(check.parts, 'range')}, joined," if check.parts else "it"
        inner = None if check.parts else right_leg(check, exchange, dissection, statement)
        return self.finding(
            f"what {request_name(exchange)} got was changed between OSS and the point of capture: OSS states "
            f"{statement.algorithm} {shortened(statement.seen.value, 60)}, as captured {what} "
            f"{'have' if check.parts else 'has'} {statement.captured}{request_id_note(exchange)}",
            *_evidence(check, exchange, statement),
            explanation=f"{_explained(check, exchange)}{leg_note(inner, 'got the right content')}",
            exchanges=(exchange,) if inner is None else (exchange, inner),
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket}",
        )


def _evidence(check: BodyCheck, exchange: Exchange, statement: Statement) -> Iterator[Evidence]:
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line())
    yield stated_evidence(exchange, statement)
    response = exchange.response
    if response is None:
        return
    if not check.parts:
        yield body_evidence(exchange, response, statement)
    for name in ("Content-Encoding", "Via", "X-Cache"):
        line = response.fields().first(name)
        if line is not None:
            yield evidence_at(exchange, response.seen(line))
    yield from answer_evidence(exchange)


def _explained(check: BodyCheck, exchange: Exchange) -> str:
    if check.parts:
        return (
            "This capture was taken behind the change: all ranges of the object arrived here, and joined they have "
            "another checksum than OSS states for it. Which of them was changed cannot be told."
            f"{devices_note(exchange)}"
        )
    where = "" if exchange.response is None else f" ({place_of_body(exchange.response)})"
    return (
        f"This capture was taken behind the change: the body{where} arrived here with another checksum than OSS "
        f"states for the object.{devices_note(exchange)}"
    )
