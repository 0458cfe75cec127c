from osspcap.model.callback import CallbackRequest, CallbackTarget


def test_the_first_url_is_the_one_shown() -> None:
    targets = tuple(CallbackTarget(f"h{n}.example.com/cb", f"h{n}.example.com", 80, is_https=False) for n in (1, 2))
    assert CallbackRequest(targets=targets).shown_target == "h1.example.com/cb"
    assert CallbackRequest().shown_target == ""
