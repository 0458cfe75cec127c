"""MPU009 part-retried-often: parts of a multipart upload were sent again and again."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.multipart import MultipartUpload, MultipartUploads, PartTry
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence
from osspcap.rules.multipart._uploads import MAX_ID_CHARS, asked_evidence, bucket_of, numbers_of, object_of, uploads_of
from osspcap.rules.wording import counted, shortened
from osspcap.units import format_bytes

MIN_TRIES = 3
"""Of one part: a single retry is what retries are for."""
MIN_REPEATED_PARTS = 3
MIN_REPEATED_RATIO = 0.25
"""Parts sent more than once, of all parts, from which on the network or the service is the trouble and not chance."""
MAX_SHOWN = 10
"""Tries whose evidence a finding shows."""


class PartRetriedOften(CaptureRule):
    """Parts of a multipart upload were sent again and again.

    ## What it finds
    Multipart uploads of which a part was sent three times or more, or a quarter of the parts (three at least) more than
    once.

    ## Why it matters
    Each retry sends the whole part again. Time and traffic multiply, and an upload that needs so many tries fails
    sooner or later. The answers to the failed tries say why: timeouts and resets mean the network or parts that are too
    large for it, 503 means that OSS limits the rate, other errors will not go away by repetition.

    ## How it decides
    Requests with one upload ID and part number are counted. A request that a proxy passes on within another one counts
    once.

    ## False alarms
    Programs that upload a part anew on purpose, because its content has changed.
    """

    code = "MPU009"
    name = "part-retried-often"
    severity = Severity.WARNING
    on_facts = (MultipartUploads,)
    fix = (
        "Look at how the failed tries ended (statuses above): that is the fault to repair.",
        "After timeouts and resets use smaller parts, fewer at a time, and a longer timeout.",
        "After 503 wait longer between the tries, twice as long each time.",
    )
    sources = ("OSS FAQ, Python SDK (A): timeouts, resumable upload, retry policies",)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each such upload."""
        for upload in uploads_of(dissection):
            repeated = {number: tries for number, tries in upload.parts.items() if len(tries) > 1}
            often = {number: tries for number, tries in repeated.items() if len(tries) >= MIN_TRIES}
            is_many = len(repeated) >= max(MIN_REPEATED_PARTS, MIN_REPEATED_RATIO * len(upload.parts))
            if often or is_many:
                yield self._found(dissection, upload, repeated if is_many else often)

    def _found(
        self, dissection: Dissection, upload: MultipartUpload, repeated: dict[int, tuple[PartTry, ...]]
    ) -> Verdict:
        tries = [dissection.exchanges[item.exchange] for items in repeated.values() for item in items]
        again = sum(len(items) - 1 for items in repeated.values())
        wasted = sum(item.size or 0 for items in repeated.values() for item in items[:-1])
        most = max(len(items) for items in repeated.values())
        return self.finding(
            f"{numbers_of(repeated)} of {object_of(tries[0])} {'was' if len(repeated) == 1 else 'were'} sent up to "
            f"{most} times: {counted(again, 'repetition')}, {format_bytes(wasted)} in vain; the tries ended with "
            f"{_outcomes(tries)} (upload ID {shortened(upload.upload_id, MAX_ID_CHARS)})",
            *_evidence(tries),
            exchanges=tries,
            cause=bucket_of(tries[0]),
        )


def _outcomes(tries: list[Exchange]) -> str:
    """Count how the tries ended: `503 twice` reads as `2 x 503`."""
    counts: dict[str, int] = {}
    for exchange in tries:
        name = "no answer" if exchange.status is None else str(exchange.status)
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{count} x {name}" for name, count in sorted(counts.items()))


def _evidence(tries: list[Exchange]) -> Iterator[Evidence]:
    for exchange in tries[:MAX_SHOWN]:
        yield from asked_evidence(exchange)
        yield from answer_evidence(exchange)
