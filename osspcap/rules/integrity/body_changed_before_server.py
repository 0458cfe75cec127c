"""INT003 body-changed-before-server: a body had been changed when it passed the point of capture."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.report import Dissection
from osspcap.oss.legs import Legs
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.integrity._checks import (
    MAX_DIGEST_CHARS,
    body_evidence,
    by_client,
    by_server,
    came_through,
    checks_of,
    devices_note,
    stated_evidence,
)
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened


class BodyChangedBeforeServer(CaptureRule):
    """A body had been changed when it passed the point of capture.

    ## What it finds
    Uploads whose Content-MD5 or x-oss-hash-crc64ecma, which the client computed, does not fit the body as captured, and
    that had passed a proxy before; and uploads whose x-oss-hash-crc64ecma does not fit at all.

    ## Why it matters
    The client's checksum travels with the request, and OSS refuses what does not fit it (InvalidDigest, InvalidCRC64).
    At the point of capture the body is wrong already, so that the device stands between the client and this point.

    ## How it decides
    The checksum of the whole body is computed from the capture and compared with the header. Marks of a proxy (Via,
    X-Forwarded-For) or the request on its way to the proxy, captured as well, tell that the request came through a
    device. If the body fits there, it is certain; with marks alone it is likely; without any it is possible, because
    the client may have computed its CRC wrong.

    ## False alarms
    Clients that compute the checksum wrong and sit behind a proxy that changes nothing.
    """

    code = "INT003"
    name = "body-changed-before-server"
    severity = Severity.ERROR
    on_facts = (Integrity,)
    supersedes = ("REQ016", "INT005", "INT002", "PRX304")
    fix = (
        "Let the client upload by HTTPS, so that no device on the way can touch the body.",
        "Look at the proxy, gateway or filter between the client and this point: it must pass bodies on as they are.",
        "Capture on the client as well and run `osspcap compare CLIENT SERVER`: it shows the first byte that differs.",
        "If nothing changes the body, correct how the client computes its checksum.",
    )
    sources = ("OSS error catalogue: InvalidDigest, InvalidCRC64", "OSS documentation: Check data integrity by CRC-64")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such request; those of one bucket become one."""
        for check, exchange in checks_of(dissection, of_request=True):
            through = came_through(exchange, dissection)
            for statement in by_client(check, Algorithm.MD5, Algorithm.CRC64):
                if statement.fits is None and check.is_refused and statement.algorithm is Algorithm.CRC64:
                    yield self.undecided(statement.lacking, exchange)
                    continue
                is_own = through or statement.algorithm is Algorithm.CRC64
                if statement.fits is False and not statement.malformed and is_own:
                    yield self._found(dissection, check, exchange, statement, through=through)
                    break

    def _found(
        self, dissection: Dissection, check: BodyCheck, exchange: Exchange, statement: Statement, *, through: bool
    ) -> Verdict:
        outer = _outer(exchange, dissection)
        is_proved = outer is not None and _has(outer, statement)
        field = statement.seen.field.removeprefix("request header ")
        by_outer = (
            f" On its way to the proxy (frame {outer.request.frame}) the body still fitted."
            if is_proved and outer is not None and outer.request is not None
            else ""
        )
        return self.finding(
            f"the body was changed before it got here: {field} {shortened(statement.seen.value, MAX_DIGEST_CHARS)} "
            f"does not fit it, {statement.algorithm} {statement.captured}: {answer_name(exchange)}",
            *_evidence(check, exchange, statement, outer if is_proved else None),
            explanation=(
                "This capture was taken behind the change, between a device and OSS: the header still holds the "
                f"client's checksum, the body no longer has it.{by_outer}{devices_note(exchange)}"
                if through
                else "Header and body differ at the point of capture: a device in front of it changed the body, or the "
                "client computed the checksum wrong."
            ),
            exchanges=(exchange,) if outer is None or not is_proved else (outer, exchange),
            confidence=Confidence.CONFIRMED if is_proved else Confidence.LIKELY if through else Confidence.POSSIBLE,
            cause=f"{'' if exchange.operation is None else exchange.operation.bucket} {through}",
        )


def _outer(exchange: Exchange, dissection: Dissection) -> Exchange | None:
    """Return the same request on its way to the proxy."""
    legs = dissection.facts.get(Legs)
    number = None if legs is None else legs.outer_of(exchange.id)
    return None if number is None else dissection.exchanges[number]


def _has(outer: Exchange, statement: Statement) -> bool:
    """Tell whether the body had the stated checksum there: then it has another one than here."""
    request = outer.request
    if request is None or not request.body.complete:
        return False
    if statement.algorithm is Algorithm.CRC64:
        return request.body.crc64 is not None and str(request.body.crc64) == statement.seen.value.strip()
    return request.body.md5 is not None and request.body.md5.hex() == statement.stated_hex


def _evidence(check: BodyCheck, exchange: Exchange, statement: Statement, outer: Exchange | None) -> Iterator[Evidence]:
    yield stated_evidence(exchange, statement)
    if exchange.request is not None:
        yield body_evidence(exchange, exchange.request, statement)
    if outer is not None and outer.request is not None:
        yield evidence_at(outer, outer.request.seen_start_line())
    for other in by_server(check):
        yield stated_evidence(exchange, other)
    yield from answer_evidence(exchange)
