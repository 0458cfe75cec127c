from osspcap.model.finding import Severity
from osspcap.report.comparisonview import ComparisonView
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import judged, put

SIGNATURES = ("dGhpc0lzQVNpZ25hdHVyZTEyMzQ=", "b3RoZXJTaWduYXR1cmUxMjM0NTY=")
REFUSED = response(403, "Forbidden")


def resigned(*, show_secrets: bool = False) -> ComparisonView:
    """A device that signs anew: both signatures stand in the differences."""
    sent, arrived = (put(Authorization=f"OSS LTAI5tLabUserMain00001a:{signature}") for signature in SIGNATURES)
    report = judged(exchange_capture((sent, REFUSED)), exchange_capture((arrived, REFUSED)))
    return ComparisonView(report, show_secrets=show_secrets)


def texts(view: ComparisonView) -> str:
    return repr((view.findings, view.verdict, view.undecided, list(view.rows())))


def test_signatures_are_masked_everywhere_and_still_told_apart() -> None:
    view = resigned()
    assert not [signature for signature in SIGNATURES if signature in texts(view)]
    [difference] = next(iter(view.rows())).differences
    assert difference.client[0].startswith("OSS LTAI5tLa***001a:***")
    assert difference.client != difference.server


def test_secrets_are_shown_on_demand() -> None:
    shown = texts(resigned(show_secrets=True))
    assert all(signature in shown for signature in SIGNATURES)


def test_signatures_in_targets_are_masked() -> None:
    target = f"/a%252F?OSSAccessKeyId=LTAI5tLabUserMain00001a&Expires=1&Signature={SIGNATURES[0]}"
    report = judged(
        exchange_capture((request("GET", target), REFUSED)),
        exchange_capture((request("GET", target.replace("%25", "%")), REFUSED)),
    )
    assert SIGNATURES[0] not in texts(ComparisonView(report))


def test_a_row_tells_where_a_request_was_seen_and_how_it_was_answered() -> None:
    view = ComparisonView(
        judged(
            exchange_capture((put("/a"), REFUSED), (put("/b"), response(500, request_id=None))),
            exchange_capture((put("/a"), REFUSED)),
        )
    )
    first, second = view.rows()
    assert (first.client_frame, first.server_frame, first.client_status, first.server_status) == (4, 4, 403, 403)
    assert (first.matched_by, first.is_notable) == ("request ID", False)
    assert (second.client_frame, second.server_frame, second.matched_by, second.is_notable) == (8, None, "", True)
    assert view.count(Severity.ERROR) == 1


def test_the_clocks_are_stated_with_what_tells_them() -> None:
    capture = exchange_capture((put(), response()))
    assert ComparisonView(judged(capture, capture)).clock() == (
        "the server capture's clock is 0.00 ms ahead of the client's (median over 1 request, at most 0.00 ms off)"
    )
    apart = judged(capture, exchange_capture((request("GET"), response(request_id=None))))
    assert ComparisonView(apart).clock() == "not aligned: no request in common"
