"""PST004 malformed-multipart: the body is not a well-formed form."""

from osspcap.model.exchange import Exchange
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import NOT_CAPTURED, ROWS, FormRule, Told, whose


class MalformedMultipart(FormRule):
    """The body is not a well-formed form.

    ## What it finds
    Forms that OSS cannot take apart: without boundary, with another boundary than Content-Type states, with line ends
    of LF alone, with a broken part, or without an end.

    ## Why it matters
    Nothing was stored. The program that builds the body has to be corrected, or the way it is sent.

    ## How it decides
    OSS answers MalformedPOSTRequest. The captured body is taken apart by the same grammar (RFC 7578); what it breaks
    is named with its place.

    ## False alarms
    None as to the refusal. If the captured body is well-formed, the finding says so: then it was changed or cut behind
    the place of capture.
    """

    code = "PST004"
    name = "malformed-multipart"
    answers = FormCause.MALFORMED
    fix = (
        "Let a library build the body (FormData, requests' `files=`, `curl -F`), and let it set Content-Type as well.",
        (
            'If you build it yourself: `--BOUNDARY` and CR LF, `Content-Disposition: form-data; name="..."`, an '
            "empty line, the value, CR LF, and at the very end `--BOUNDARY--`."
        ),
        "Make Content-Length the length of the whole body, and send all of it.",
    )
    sources = (f"{ROWS}, row 1", "OSS user guide 2019 (D) 3, form field format", "EC 0006-00000104", "RFC 7578")

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Name the first fault of the form's shape."""
        shape = self.shape_evidence(exchange, form)
        what = f"the form {whose(exchange)} is not well-formed"
        request = exchange.request
        if form is None or request is None or not (form.parts or form.faults):
            return Told(what, shape, NOT_CAPTURED, cause="not captured")
        if form.faults:
            shown = tuple(self.evidence(exchange, fault.seen) for fault in form.faults[:4])
            reasons = "; ".join(fault.reason for fault in form.faults[:4])
            return Told(f"{what}: {reasons}", (*shape, *shown), cause=form.faults[0].kind.value)
        if not form.is_captured:
            reason = request.body.reason or "only its beginning was kept"
            explanation = (
                f"What was captured of it is well-formed ({reason}). OSS answers so as well if the upload was cut: "
                "compare Content-Length with what was sent."
            )
            return Told(what, shape, explanation, cause="cut")
        explanation = (
            "The captured form is well-formed to its end, so it was changed or cut between this place of capture and "
            "OSS, or OSS asks for more than RFC 7578 does."
        )
        return Told(what, shape, explanation, cause="well-formed")
