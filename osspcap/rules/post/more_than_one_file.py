"""PST014 more-than-one-file: the form holds several files, and OSS stores one."""

from osspcap.model.exchange import Exchange
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import FormRule, Told, whose


class MoreThanOneFile(FormRule):
    """The form holds several files, and OSS stores one.

    ## What it finds
    Forms that OSS refuses because they have more than one part called `file`.

    ## Why it matters
    One form makes one object. A page that lets its user choose several files has to send a form for each.

    ## How it decides
    OSS answers IncorrectNumberOfFilesInPOSTRequest, or finds the form malformed while it has several files.

    ## False alarms
    None; the files are counted as captured.
    """

    code = "PST014"
    name = "more-than-one-file"
    answers = FormCause.FILES
    fix = (
        "Send one form for each file, each with a key of its own.",
        "Take `multiple` off `<input type=file>`, or go over `input.files` and upload one at a time.",
    )
    sources = (
        "OSS user guide 2019 (D) 1, error codes: IncorrectNumberOfFilesInPOSTRequest",
        "OSS API reference: PostObject, form field file",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Show each file."""
        files = () if form is None else form.files
        many = f"{len(files)} files" if len(files) > 1 else "another number of files than one"
        evidence = self.shape_evidence(exchange, form)
        for number, part in enumerate(files[:8], start=1):
            evidence += self.part_evidence(exchange, part, "" if number == 1 else "only one part called file")
        return Told(f"the form {whose(exchange)} has {many}, and OSS takes exactly one", evidence, cause="files")
