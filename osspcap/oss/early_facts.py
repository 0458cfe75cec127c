"""Facts that need a body's window, taken before the window of a healthy exchange is dropped.

In: a message pair and what it means to OSS, right after both were read. Out: facts that the exchange keeps from then
on. Memory: forms of which there is nothing to say are forgotten at once, and what is kept of all has a limit.

Cost: a quarter of a microsecond for an exchange without a form.
"""

from typing import Any

from osspcap.model.exchange import MessagePair
from osspcap.model.form import PostForm
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Role
from osspcap.oss.post_form import is_form, looks_like_form, read_form

MAX_FORM_BYTES = 32 * 1024 * 1024
"""Text of all forms together that is kept; forms behind that are not looked at."""

_TELLING_PARTS = frozenset({"callback", "content-md5"})
_VARIABLE = "x:"
_NOTHING: tuple[Any, ...] = ()


class EarlyFacts:
    """Gathers such facts for one capture."""

    def __init__(self) -> None:
        self._room = MAX_FORM_BYTES
        self.file: tuple[int, int | None] | None = None
        """Of the exchange gathered last: where in its body the file of a form begins, and how many bytes it has."""

    def gather(self, pair: MessagePair, operation: Operation | None) -> tuple[Any, ...]:
        """Return the facts of one exchange; never raises on traffic."""
        request = pair.request
        self.file = None
        if request is None or request.method != "POST" or operation is None or operation.role is not Role.OSS:
            return _NOTHING
        form = self._form(request, pair.response)
        return _NOTHING if form is None else (form,)

    def _form(self, request: Message, response: Message | None) -> PostForm | None:
        content_type = request.fields().get("Content-Type")
        if not is_form(content_type) and ("?" in request.target or not looks_like_form(request.body.content)):
            return None
        form = read_form(request, content_type)
        if form.file is not None:
            self.file = form.file.offset, form.file_size
        is_refused = response is None or response.status >= 400 or response.status == 203
        if not is_refused and not is_telling(form, request):
            return None
        size = sum(len(part.value.raw) + len(part.head.raw) + len(part.name) for part in form.parts)
        if size > self._room:
            return None
        self._room -= size
        return form


def is_telling(form: PostForm, request: Message) -> bool:
    """Tell whether there may be something to say about a form that OSS took."""
    if form.faults or form.ignored or not form.is_multipart or len(form.files) > 1:
        return True
    if "Content-MD5" in request.fields():
        return True
    key = form.likely_field("key")
    if key is not None and "${filename}" in key.value.value:
        return True
    names = (part.name.lower() for part in form.parts)
    return any(name in _TELLING_PARTS or name.startswith(_VARIABLE) for name in names)
