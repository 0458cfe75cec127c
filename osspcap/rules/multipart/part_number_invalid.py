"""MPU008 part-number-invalid: a part number is no whole number from 1 to 10,000."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.multipart import Completion, FaultKind, MultipartUploads
from osspcap.model.report import Dissection
from osspcap.oss.limits import MAX_PART_NUMBER
from osspcap.oss.neighbours import query_of
from osspcap.rules.base import CaptureRule, answer_evidence
from osspcap.rules.multipart._uploads import ABORT, asked_evidence, bucket_of, error_code, uploads_of
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened

_RANGE = f"a whole number from 1 to {MAX_PART_NUMBER}"
_CODES = frozenset({"InvalidPartOrder", "InvalidArgument", "InvalidPart", "MalformedXML"})


class PartNumberInvalid(CaptureRule):
    """A part number is no whole number from 1 to 10,000.

    ## What it finds
    UploadPart with a partNumber that is missing, no whole number, below 1 or above 10,000, and CompleteMultipartUpload
    that lists such a number, where OSS refused the request.

    ## Why it matters
    Programs that count parts from 0 fail at once. Programs with a fixed part size fail at part 10,001, after hours:
    an object of S bytes needs parts of at least S / 10,000.

    ## How it decides
    The number is in the request, and OSS answered with an error.

    ## False alarms
    None known: both the number and the refusal are in the capture.
    """

    code = "MPU008"
    name = "part-number-invalid"
    severity = Severity.ERROR
    on_facts = (MultipartUploads,)
    supersedes = ("REQ016", "REQ011", "REQ007")
    fix = (
        "Count parts from 1.",
        (
            "Choose the part size so that at most 10,000 parts come out: object size / 10,000, rounded up, at least "
            "100 KB."
        ),
        ABORT,
    )
    sources = ("OSS documentation: Limits, multipart upload", "OSS error catalogue: InvalidPartOrder, InvalidArgument")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each refused request with such a number; those of one upload become one."""
        for upload in uploads_of(dissection):
            for number in upload.misnumbered:
                exchange = dissection.exchanges[number]
                if exchange.status is not None and exchange.status >= 400 and _is_about_it(exchange):
                    yield self._part(exchange)
            for completion in upload.completions:
                exchange = dissection.exchanges[completion.exchange]
                if completion.fault_counts.get(FaultKind.NUMBER) and error_code(exchange) in _CODES:
                    yield self._listed(exchange, completion)

    def _part(self, exchange: Exchange) -> Verdict:
        sent = query_of(exchange).get("partNumber")
        told = "has no partNumber" if not sent else f"has partNumber {shortened(sent, 40)}"
        return self.finding(
            f"UploadPart {told}, which has to be {_RANGE}: {answer_name(exchange)}",
            *asked_evidence(exchange, f"partNumber: {_RANGE}"),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            cause=f"{bucket_of(exchange)} part",
        )

    def _listed(self, exchange: Exchange, completion: Completion) -> Verdict:
        fault = next(item for item in completion.faults if item.kind is FaultKind.NUMBER)
        sent = shortened(fault.entry.number_text, 40) or "(empty)"
        return self.finding(
            f"the list of parts has the number {sent}, which has to be {_RANGE}: {answer_name(exchange)}",
            *asked_evidence(exchange),
            Evidence(completion.frame, exchange.stream, exchange.id, "request body <PartNumber>", sent, _RANGE),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            cause=f"{bucket_of(exchange)} list",
        )


def _is_about_it(exchange: Exchange) -> bool:
    """Tell whether the refusal may be about the number: a signature error, for one, comes first."""
    code = error_code(exchange)
    return code is None or code in _CODES
