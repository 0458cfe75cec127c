"""PST002 field-missing: the form lacks a field that OSS needs."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import NOT_CAPTURED, ROWS, FormRule, Told, listed, whose


class FieldMissing(FormRule):
    """The form lacks a field that OSS needs.

    ## What it finds
    Refused forms without `key`, without `file`, or with a part only of what makes up a signature.

    ## Why it matters
    Every form needs a key and a file. A signed form needs all fields of its signature: one of them alone is worse than
    none, even where the bucket may be written by anybody.

    ## How it decides
    OSS says that the field is missing or empty, and the captured form has none of that name in front of its file, in
    no case of letters, or has it empty.

    ## False alarms
    If the capture lost the part of the form where the field stood, the finding rests on OSS's word alone.
    """

    code = "PST002"
    name = "field-missing"
    answers = FormCause.FIELD_MISSING
    supersedes = ("REQ011", "REQ016", "SIG109")
    fix = (
        "Add the field in front of the file, under exactly this name.",
        (
            "Sign with all fields of one scheme: `OSSAccessKeyId`, `policy` and `Signature` (V1), or "
            "`x-oss-signature-version`, `x-oss-credential`, `x-oss-date`, `policy` and `x-oss-signature` (V4)."
        ),
        "Check that the program has a value for it: a variable that is empty or undefined makes an empty field.",
    )
    sources = (
        f"{ROWS}, row 13",
        "OSS user guide 2019 (D) 3, form field format: the three fields of the signature",
        "EC 0006-00000107, 0002-00000702, 0002-00000703, 0002-00000704",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Name the fields."""
        names = listed(case.names) or "a field"
        if form is None or not form.parts:
            return Told(f"the form {whose(exchange)} lacks {names}", self.shape_evidence(exchange, form), NOT_CAPTURED)
        there = [part for name in case.names if (part := form.likely_field(name)) is not None]
        empty = [part for part in there if not part.is_cut and not part.value.value.strip()]
        confidence = None
        if empty:
            told, explanation = f"has {listed(tuple(part.name for part in empty))} empty", ""
        elif len(there) == len(case.names) and case.names:
            told = f"has {names}, yet OSS does not find it"
            explanation = (
                "The captured form has the field in front of its file. Either something behind this place of capture "
                "changed the form, or OSS did not read it that far because of another fault in it."
            )
            confidence = Confidence.POSSIBLE
        else:
            told, explanation = f"lacks {names}", self._others(case, form)
        evidence = self.shape_evidence(exchange, form)
        for part in empty:
            evidence += self.value_evidence(exchange, part, "a value")
        return Told(f"the form {whose(exchange)} {told}", evidence, explanation, confidence=confidence, cause=names)

    @staticmethod
    def _others(case: FormCase, form: PostForm) -> str:
        """Point to what may have been meant: a file under another name."""
        if "file" not in case.names:
            return ""
        other = next((part for part in form.parts if part.filename is not None), None)
        if other is None:
            return "The form has no part with a file at all; its parts end before one."
        return f"The part {other.name!r} holds a file, but OSS takes the object's content from a part named file only."
