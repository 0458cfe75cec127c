"""PST001 file-before-key: the form has its key behind the file, where OSS does not read it."""

from osspcap.model.exchange import Exchange
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import ROWS, FormRule, Told, listed, whose


class FileBeforeKey(FormRule):
    """The form has its key behind the file, where OSS does not read it.

    ## What it finds
    Refused forms whose field `key` stands behind the part `file`.

    ## Why it matters
    OSS stores the file as it comes in, so that it must know the key before. It stops reading fields where the file
    begins: to OSS, a key behind it is not there at all.

    ## How it decides
    OSS says that the form must have a key, and the captured form has one, behind its file.

    ## False alarms
    None; the order of the parts is shown as captured.
    """

    code = "PST001"
    name = "file-before-key"
    answers = FormCause.FILE_BEFORE_KEY
    supersedes = ("REQ011", "REQ016", "SIG109")
    fix = (
        "Write all fields in front of the file: `key`, the policy and its signature first, `file` last.",
        "With `FormData` in JavaScript, call `append('file', file)` after all other calls of `append`.",
        "With `curl`, put `-F file=@NAME` last; with HTML, make `<input type=file name=file>` the last field.",
    )
    sources = (f"{ROWS}, row 13", "OSS FAQ on forms (D 3, E 2): the file must be the last field", "RFC 7578")

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Show the file, and the key behind it."""
        file = None if form is None else form.file
        key = None if form is None else form.ignored_field("key")
        ignored = () if form is None else tuple(part.name for part in form.ignored)
        return Told(
            f"the form {whose(exchange)} has its field key behind the part file, so OSS does not find the key",
            (
                *self.part_evidence(exchange, file, "behind all other fields"),
                *self.part_evidence(exchange, key, "in front of the part file"),
                *self.value_evidence(exchange, key),
            ),
            explanation=(
                f"OSS stops reading fields where the file begins. Behind it stand {listed(ignored)}, which OSS "
                "therefore did not read either."
            ),
            cause="key",
        )
