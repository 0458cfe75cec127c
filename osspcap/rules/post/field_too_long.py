"""PST015 field-too-long: a field of the form, or all fields in front of the file, are larger than OSS takes."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.form import FormCase, FormCause, FormPart, PostForm
from osspcap.oss.limits import MAX_FORM_BYTES_BEFORE_FILE, MAX_FORM_NAME_BYTES, MAX_FORM_VALUE_BYTES
from osspcap.rules.post._form import FormRule, Told, whose
from osspcap.rules.wording import shortened

OLD_LIMIT_BYTES = 4 * 1024
"""What the guides of 2019 and 2022 allow everything but the file."""


class FieldTooLong(FormRule):
    """A field of the form, or all fields in front of the file, are larger than OSS takes.

    ## What it finds
    Forms that OSS refuses with FieldItemTooLong or MaxPOSTPreDataLengthExceededError.

    ## Why it matters
    Only the part called `file` may be large. A file that is sent under another name, or a picture in base64 in a
    field, runs into this limit.

    ## How it decides
    OSS says so. The largest field of the captured form is named with its size, and the limit that it breaks: a name
    8 KB, a value 2 MB, all in front of the file 8 MB; older documents say 4 KB for everything but the file.

    ## False alarms
    None as to the refusal. Which field is meant is told from its size.
    """

    code = "PST015"
    name = "field-too-long"
    answers = FormCause.TOO_LONG
    severity = Severity.WARNING
    explains_error = True
    fix = (
        "Send the object's content in the part called `file`, whatever the file is.",
        "Keep the other fields short: policy, callback and metadata together below 4 KB work everywhere.",
        "Look for a file that is sent under another name than `file`, or for a data URL in a field.",
    )
    sources = (
        "OSS user guide 2019 (D) 1, error codes: FieldItemTooLong, MaxPOSTPreDataLengthExceededError (4 KB)",
        "EC 0006-00000110, 0006-00000112",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a refused form."""
        case = exchange.facts.get(FormCase)
        if case is not None and case.cause is self.answers:
            told = self.tell(exchange, case, exchange.facts.get(PostForm))
            yield self.refused(exchange, case, told, Severity.ERROR)

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Name the largest field."""
        fields = () if form is None else form.fields
        evidence = self.shape_evidence(exchange, form)
        largest = max(fields, key=lambda part: max(part.size, len(part.name)), default=None)
        what = f"the form {whose(exchange)} has more in front of its file than OSS takes"
        if largest is None:
            return Told(what, evidence, cause="unknown")
        evidence += self.part_evidence(exchange, largest, "a short field")
        return Told(f"{what}: {_size(largest)}", evidence, _limit(fields, largest), cause=largest.name[:100])


def _size(part: FormPart) -> str:
    size = f"{'at least ' if part.is_cut else ''}{part.size:,} bytes"
    if len(part.name.encode()) > part.size:
        return f"a name of {len(part.name.encode()):,} bytes, {shortened(part.name, 60)}"
    named = f" (the file {shortened(part.filename, 60)})" if part.filename else ""
    return f"its field {shortened(part.name, 60)}{named} holds {size}"


def _limit(fields: tuple[FormPart, ...], largest: FormPart) -> str:
    total = sum(part.size for part in fields)
    if len(largest.name.encode()) > MAX_FORM_NAME_BYTES:
        return f"A name may have {MAX_FORM_NAME_BYTES:,} bytes."
    if largest.size > MAX_FORM_VALUE_BYTES:
        return f"A value may have {MAX_FORM_VALUE_BYTES:,} bytes."
    if total > MAX_FORM_BYTES_BEFORE_FILE:
        return f"All fields together have {total:,} bytes, and may have {MAX_FORM_BYTES_BEFORE_FILE:,}."
    if largest.is_cut:
        return "The field goes on behind what was captured of it."
    if total > OLD_LIMIT_BYTES:
        return f"All fields together have {total:,} bytes; older servers take {OLD_LIMIT_BYTES:,}."
    return "As captured all fields are within the known limits."
