"""MPU004 part-not-uploaded: a completion lists a part that was never uploaded with success."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence
from osspcap.model.multipart import ClaimFault, FaultKind, MultipartUpload
from osspcap.model.report import Dissection
from osspcap.rules.multipart._uploads import ABORT, CompletionRule, stated_part


class PartNotUploaded(CompletionRule):
    """A completion lists a part that was never uploaded with success.

    ## What it finds
    CompleteMultipartUpload requests refused with InvalidPart that list a part of which this capture holds no
    successful UploadPart.

    ## Why it matters
    The program counts a part as done that failed or was never sent: an error that nobody looked at, or a checkpoint
    file from another upload.

    ## How it decides
    A failed or unanswered UploadPart of that number proves it, as does an error document that names the part. Else it
    is likely if the capture holds the upload from its beginning, and possible if it holds other parts of it. If no part
    was captured, nothing can be told.

    ## False alarms
    Parts that were uploaded over a connection that was not captured, by another machine for example.
    """

    code = "MPU004"
    name = "part-not-uploaded"
    kind = FaultKind.NOT_UPLOADED
    codes = frozenset({"InvalidPart"})
    fix = (
        "Check the result of every UploadPart, and repeat it until it succeeds before the upload is completed.",
        "ListParts with the upload ID shows which parts OSS has; upload the missing ones and complete again.",
        "Delete the checkpoint file if it belongs to another upload ID, or if the source has changed since.",
        ABORT,
    )
    sources = ("OSS error catalogue: InvalidPart", "OSS API reference, CompleteMultipartUpload")

    def told(self, dissection: Dissection, fault: ClaimFault) -> str:
        """Say whether it was tried."""
        part = None if fault.part is None else dissection.exchanges[fault.part]
        if part is None:
            return f"part {fault.entry.number} is listed but was not uploaded in this capture"
        outcome = "got no answer" if part.status is None else f"was answered with {part.status}"
        return f"part {fault.entry.number} is listed although its upload {outcome}"

    def confidence_of(self, upload: MultipartUpload, faults: list[ClaimFault], exchange: Exchange) -> Confidence | None:
        """A failed try, or OSS naming the part of an upload captured whole, proves it."""
        if any(fault.part is not None for fault in faults):
            return Confidence.CONFIRMED
        if upload.initiation is not None:
            named = stated_part(exchange)
            return Confidence.CONFIRMED if any(f.entry.number_text == named for f in faults) else Confidence.LIKELY
        return Confidence.POSSIBLE if upload.parts else None
