"""PST016 content-md5-of-form: Content-MD5 of a form is that of the whole body, not of the file."""

import base64
from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import FormRule, Told, whose
from osspcap.rules.wording import request_id_note, request_name


class ContentMd5OfForm(FormRule):
    """Content-MD5 of a form is that of the whole body, not of the file.

    ## What it finds
    Forms refused with InvalidDigest, and forms that carry Content-MD5 as a field, where OSS does not read it.

    ## Why it matters
    The header Content-MD5 covers all of the body, delimiters and fields included. The MD5 of the file alone never
    fits. As a form field it checks nothing, and the upload only seems to be protected.

    ## How it decides
    OSS refuses the digest, and the MD5 of the captured body is compared with the header. Or the form has a field
    called Content-MD5.

    ## False alarms
    A digest that differs because the body was changed on the way; the finding names the digest of what was captured.
    """

    code = "PST016"
    name = "content-md5-of-form"
    answers = FormCause.MD5
    severity = Severity.WARNING
    explains_error = True
    on_error_only = False
    on_facts = (FormCase, PostForm)
    fix = (
        "Send Content-MD5 as a header, base64 of the MD5 of the whole body as it is sent, or leave it out.",
        "To check the object itself, compare its MD5 with the ETag, or its CRC-64 with x-oss-hash-crc64ecma.",
        "Browsers cannot know the body that FormData will make, so leave Content-MD5 out there.",
    )
    sources = (
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2, FAQ: how to have Content-MD5 checked",
        "OSS user guide 2019 (D) 3, FAQ: HTTP headers as form fields",
        "EC 0017-00000502, 0017-00000503",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a refused digest, and a warning for one in a field."""
        case, form = exchange.facts.get(FormCase), exchange.facts.get(PostForm)
        if case is not None:
            if case.cause is self.answers:
                yield self.refused(exchange, case, self.tell(exchange, case, form), Severity.ERROR)
            return
        field, response = None if form is None else form.likely_field("content-md5"), exchange.response
        if field is None or response is None or response.status >= 400:
            return
        yield self.finding(
            f"the form {whose(exchange)} carries Content-MD5 as a field, where OSS checks nothing: "
            f"{request_name(exchange)} is answered with {response.status}{request_id_note(exchange)}",
            self.evidence(exchange, field.value, "a header of the request, over the whole body"),
            self.evidence(exchange, response.seen_start_line()),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
            cause="field",
        )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:  # noqa: ARG002 - base
        """Show the digest sent and that of the body."""
        request = exchange.request
        line = None if request is None else request.fields().first("Content-MD5")
        what = f"Content-MD5 of the form {whose(exchange)} is not that of its body"
        if request is None or line is None:
            return Told(what, self.shape_evidence(exchange, form), cause="no header")
        if request.body.md5 is None:
            explanation = "The body was not captured whole, so that its own MD5 is not known here."
            return Told(what, (self.evidence(exchange, request.seen(line)),), explanation, cause="cut")
        computed = base64.b64encode(request.body.md5).decode()
        if computed == line.value.strip():
            explanation = "It is the MD5 of the body as captured, so the body was changed between here and OSS."
            evidence = (self.evidence(exchange, request.seen(line), computed),)
            return Told(
                f"OSS does not take Content-MD5 of the form {whose(exchange)}", evidence, explanation, cause="same"
            )
        explanation = "Most likely it is the MD5 of the file alone, which is never that of the form around it."
        return Told(what, (self.evidence(exchange, request.seen(line), computed),), explanation, cause="other")
