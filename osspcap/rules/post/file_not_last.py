"""PST013 file-not-last: fields stand behind the file, where OSS does not read them."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import FormRule, Told, listed, whose
from osspcap.rules.wording import request_id_note, request_name

READ = frozenset(
    {
        "key",
        "policy",
        "ossaccesskeyid",
        "signature",
        "success_action_status",
        "success_action_redirect",
        "callback",
        "content-type",
        "content-disposition",
        "content-encoding",
        "cache-control",
        "expires",
        "x-oss-security-token",
        "x-oss-content-type",
    }
)
"""Fields that OSS reads, in lower case; a button called submit behind the file does no harm."""
READ_BEGINNINGS = ("x-oss-", "x:")


class FileNotLast(FormRule):
    """Fields stand behind the file, where OSS does not read them.

    ## What it finds
    Forms with fields behind the part `file`: those that OSS refuses, and those that it takes without these fields.

    ## Why it matters
    OSS stops reading fields where the file begins. A signature behind it makes the form an anonymous one, a callback
    behind it is never made, metadata behind it is lost; and OSS says nothing of it.

    ## How it decides
    The captured form has fields behind its file that OSS would read in front of it. A refusal is put down to them if
    it says that the form is malformed, or that a field is missing which stands there.

    ## False alarms
    Fields that only the page itself uses, such as a button, are not counted.
    """

    code = "PST013"
    name = "file-not-last"
    answers = FormCause.FILE_NOT_LAST
    on_error_only = False
    on_facts = (FormCase, PostForm)
    supersedes = ("REQ011", "REQ016", "SIG100", "SIG109", "PRM")
    fix = (
        "Write all fields in front of the file, and `file` last: with `FormData`, append the file at the end.",
        "With `curl`, put `-F file=@NAME` last; with HTML, move `<input type=file name=file>` behind all others.",
    )
    sources = (
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2, form field format: file must be the last field",
        "EC 0006-00000104",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a refused form, and a warning for one that was taken without some of its fields."""
        case, form = exchange.facts.get(FormCase), exchange.facts.get(PostForm)
        if case is not None:
            if case.cause is self.answers:
                yield self.refused(exchange, case, self.tell(exchange, case, form))
            return
        response = exchange.response
        if form is None or response is None or response.status >= 400:
            return
        lost = tuple(part for part in form.ignored if _is_read(part.name))
        if not lost:
            return
        names = listed(tuple(part.name for part in lost))
        yield self.finding(
            f"OSS did not read {names} of the form {whose(exchange)}, because it stands behind the file: "
            f"{request_name(exchange)} is answered with {response.status}{request_id_note(exchange)}",
            *self.part_evidence(exchange, form.file, "behind all other fields"),
            *(self.evidence(exchange, part.head, "in front of the part file") for part in lost[:8]),
            self.evidence(exchange, response.seen_start_line()),
            exchanges=(exchange,),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            cause=f"taken {names}",
        )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Name the fields that OSS did not read."""
        ignored = () if form is None else form.ignored
        named = tuple(part for part in ignored if part.name in case.names) or ignored
        names = listed(tuple(part.name for part in named) or case.names)
        evidence = self.shape_evidence(exchange, form)
        if form is not None:
            evidence += self.part_evidence(exchange, form.file, "behind all other fields")
        for part in named[:8]:
            evidence += self.part_evidence(exchange, part, "in front of the part file")
        return Told(
            f"the form {whose(exchange)} has {names} behind the file, where OSS does not read it",
            evidence,
            cause=names,
        )


def _is_read(name: str) -> bool:
    lowered = name.lower()
    return lowered in READ or lowered.startswith(READ_BEGINNINGS)
