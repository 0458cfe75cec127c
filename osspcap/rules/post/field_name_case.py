"""PST012 field-name-case: a field's name is written in another case of letters than OSS reads."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import FormRule, Told, listed, whose


class FieldNameCase(FormRule):
    """A field's name is written in another case of letters than OSS reads.

    ## What it finds
    Refused forms that have `Key`, `File`, `Policy` or the like where OSS asks for `key`, `file`, `policy`.

    ## Why it matters
    Names of form fields are case-sensitive: to OSS a field `Key` is not the key. Nothing in the answer says so.

    ## How it decides
    OSS misses a field, or finds the form malformed or unsigned, and the captured form has that field in front of its
    file, in another case only.

    ## False alarms
    OSS is known to forgive some cases. Where the answer does not name the field, the finding is possible only.
    """

    code = "PST012"
    name = "field-name-case"
    answers = FormCause.NAME_CASE
    supersedes = ("REQ011", "REQ016", "SIG100", "SIG109", "PRM")
    fix = (
        "Write the names exactly so: `key`, `policy`, `OSSAccessKeyId`, `Signature`, `success_action_status`, `file`.",
        "For V4: `x-oss-signature-version`, `x-oss-credential`, `x-oss-date`, `x-oss-signature`.",
        "Look for a library that capitalizes names, as some do for headers.",
    )
    sources = (
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2, form field format: names are case-sensitive",
        "OSS documentation: malformed forms (names such as Policy, Key, file)",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Show the name as sent beside the one that OSS reads."""
        found = [(name, part) for name in case.names if form is not None and (part := form.likely_field(name))]
        pairs = tuple(f"{part.name} for {name}" for name, part in found) or case.names
        evidence = self.shape_evidence(exchange, form)
        for name, part in found:
            evidence += self.part_evidence(exchange, part, f'name="{name}"')
        return Told(
            f"the form {whose(exchange)} writes {listed(pairs)}, and names of fields are case-sensitive",
            evidence,
            confidence=Confidence.LIKELY if case.is_stated else Confidence.POSSIBLE,
            cause=listed(pairs),
        )
