"""PST003 content-type-not-multipart: the request's Content-Type does not say that the body is a form."""

from osspcap.model.exchange import Exchange
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import FormRule, Told, whose
from osspcap.rules.wording import shortened


class ContentTypeNotMultipart(FormRule):
    """The request's Content-Type does not say that the body is a form.

    ## What it finds
    POST requests that OSS refuses because they are no multipart/form-data.

    ## Why it matters
    OSS takes an upload by POST as a form only, and learns from Content-Type where its fields begin and end.

    ## How it decides
    OSS answers RequestIsNotMultiPartContent. The captured Content-Type is shown, and whether the body is a form after
    all.

    ## False alarms
    None; OSS itself says so.
    """

    code = "PST003"
    name = "content-type-not-multipart"
    answers = FormCause.CONTENT_TYPE
    fix = (
        "Send `Content-Type: multipart/form-data; boundary=...` with the boundary that the body uses.",
        (
            "With `fetch`, `axios` or XMLHttpRequest and `FormData`, set no Content-Type: the browser writes the "
            "right one, with its boundary."
        ),
        "To upload raw bytes in the place of a form, use PUT (PutObject) instead of POST.",
    )
    sources = (
        "OSS user guide 2019 (D) 1, error codes: RequestIsNotMultiPartContent",
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2: form field format",
        "RFC 7578 section 4.1",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Show the Content-Type."""
        request = exchange.request
        line = None if request is None else request.fields().first("Content-Type")
        expected = "multipart/form-data; boundary=..."
        evidence = self.shape_evidence(exchange, form)
        if request is None or line is None or not line.value:
            return Told(f"the upload by POST {whose(exchange)} has no Content-Type", evidence, cause="none")
        value = shortened(line.value)
        explanation = ""
        if form is not None and form.parts and not form.is_multipart:
            explanation = (
                f"The body is a form, delimited by {form.boundary!r}: only the header is wrong. Something set "
                "Content-Type by hand, or a device on the way changed it."
            )
        elif form is not None:
            explanation = "Content-Type names a form, but no boundary that the body could be taken apart by."
        return Told(
            f"the upload by POST {whose(exchange)} says that its body is {value}, and not a form",
            (*evidence, self.evidence(exchange, request.seen(line), expected)),
            explanation,
            cause=value,
        )
