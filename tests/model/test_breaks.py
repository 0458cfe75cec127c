from osspcap.model.breaks import Loss


def test_the_ratio_is_that_of_lost_segments() -> None:
    assert Loss(True, "a", "b", (), 200, 5, 0, (), 0).ratio == 0.025
    assert Loss(True, "a", "b", (), 0, 0, 0, (), 0).ratio == 0.0
