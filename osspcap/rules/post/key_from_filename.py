"""PST017 key-from-filename: the object's name comes from the name of the uploaded file."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.form import PostForm, base_name
from osspcap.model.operation import Role
from osspcap.rules.base import ExchangeRule
from osspcap.rules.post._form import whose
from osspcap.rules.wording import request_id_note, request_name, shortened

VARIABLE = "${filename}"


class KeyFromFilename(ExchangeRule):
    """The object's name comes from the name of the uploaded file.

    ## What it finds
    Forms with `${filename}` in their key whose file names no file, names one with a path, or one that is no UTF-8.
    A plain use of `${filename}` is noted only.

    ## Why it matters
    `filename` is the name on the user's disk and not the name of the object. OSS puts it in for `${filename}`: two
    users with a file of one name overwrite each other's object, and a file without a name leaves the variable as it
    is, or nothing.

    ## How it decides
    The captured key holds `${filename}`, and the part `file` shows what OSS puts in its place.

    ## False alarms
    Pages that want the names of the users' files.
    """

    code = "PST017"
    name = "key-from-filename"
    severity = Severity.WARNING
    on_error_only = False
    on_facts = (PostForm,)
    on_roles = (Role.OSS,)
    fix = (
        "Let the page or the server make the key, and write it into the form: a folder of the user and a unique name.",
        "If `${filename}` is wanted, make sure that the part file has a filename, in UTF-8 and without a path.",
        "In JavaScript, append a Blob with its name: `append('file', blob, 'photo.jpg')`.",
    )
    sources = (
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2, FAQ: filename is not the name of the object",
        "OSS API reference: PostObject, form field key",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a warning for a name that goes wrong, a note for any other."""
        form = exchange.facts.get(PostForm)
        key, file = (None, None) if form is None else (form.likely_field("key"), form.file)
        if key is None or file is None or exchange.request is None or VARIABLE not in key.value.value:
            return
        fault = _fault(file.filename)
        shown = shortened(key.value.value)
        what = f"the key {shown} of the form {whose(exchange)} is filled in with the name of the user's file"
        if fault:
            what += f", and {fault}"
        answered = "" if exchange.response is None else f": {request_name(exchange)} is answered with {exchange.status}"
        yield self.finding(
            f"{what}{answered}{request_id_note(exchange)}",
            self.evidence(exchange, key.value, "" if not fault else "a key that the page or the server makes"),
            self.evidence(exchange, file.head),
            exchanges=(exchange,),
            severity=Severity.WARNING if fault else Severity.INFO,
            confidence=Confidence.LIKELY if fault else Confidence.CONFIRMED,
            cause=f"{whose(exchange)} {fault}",
        )


def _fault(filename: str | None) -> str:
    """Say what is wrong with a file name that becomes a key; empty if nothing is."""
    if filename is None:
        return "the part file names none"
    if not base_name(filename).strip():
        return "that name is empty"
    if base_name(filename) != filename:
        return f"it is sent with its path, {shortened(filename, 80)}"
    if filename == "blob":
        return "it is blob, as browsers call data without a name"
    if "\ufffd" in filename:
        return "it is not in UTF-8"
    return ""
