import numpy as np

from osspcap.capture.records import gather


def test_headers_are_copied_from_any_position_in_any_order() -> None:
    buffer = bytearray(range(32))
    layout = np.dtype([("high", ">u2"), ("low", "<u2")])
    headers = gather(buffer, layout, np.array([28, 1, 1], np.int64))
    assert headers["high"].tolist() == [0x1C1D, 0x0102, 0x0102]
    assert headers["low"].tolist() == [0x1F1E, 0x0403, 0x0403]
    buffer[1] = 99
    assert headers["high"][1] == 0x0102


def test_no_positions_give_no_headers() -> None:
    assert len(gather(bytearray(4), np.dtype([("x", "u1", 8)]), np.array([], np.int64))) == 0
