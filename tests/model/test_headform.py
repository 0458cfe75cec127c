from osspcap.model.headform import FormLine, HeadForm
from osspcap.model.headshape import HeadShape


def test_a_form_gives_the_value_of_every_line() -> None:
    lines = (FormLine(b"Host", b" h "), FormLine(b"ETag", b' "', b'"', 0))
    form = HeadForm(HeadShape((b"Host", b"ETag")), lines)
    assert [line.raw_value((b"E0",)) for line in form.lines] == [b"h", b'"E0"']
    assert form.line(b"etag") is lines[1]
    assert form.line(b"date") is None
