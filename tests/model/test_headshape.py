from osspcap.model import headshape
from osspcap.model.headshape import HeadShape, shape_of


def test_a_shape_tells_the_first_line_of_every_name_in_lower_case() -> None:
    shape = HeadShape((b"Host", b"X-A", b"x-a"))
    assert shape.names == (b"host", b"x-a", b"x-a")
    assert shape.raw_names == (b"Host", b"X-A", b"x-a")
    assert shape.lines == {b"host": 1, b"x-a": 2}


def test_equal_names_share_a_shape_and_other_spellings_do_not() -> None:
    assert shape_of((b"Host", b"Date")) is shape_of((b"Host", b"Date"))
    assert shape_of((b"Host", b"Date")) is not shape_of((b"host", b"Date"))


def test_hostile_names_do_not_fill_the_memory() -> None:
    for number in range(3 * headshape.MAX_SHAPES):
        shape_of((b"x-%d" % number,))
    assert len(headshape._shapes) <= headshape.MAX_SHAPES
