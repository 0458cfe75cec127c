from osspcap.model.callback import CallbackCause, Callbacks
from osspcap.oss.callback_legs import gather_callbacks
from osspcap.oss.facts import Context
from osspcap.oss.stages import gather_facts
from tests.build.analyze import analyze_capture
from tests.build.callbacks import OK, add_app_leg, app_connection, app_leg, both_legs, called, client_leg, failed, reply
from tests.build.http import request, response
from tests.build.wire import Capture
from tests.oss.test_facts import exchange_of

C = CallbackCause
BOM = reply(b"\xef\xbb\xbf" + OK)


def cases(capture: Capture) -> list[tuple[CallbackCause, int | None, int | None, bool, bool]]:
    exchanges = analyze_capture(capture).exchanges
    found = gather_callbacks(exchanges, Context(exchanges))
    assert found is not None
    return [(one.cause, one.upload, one.callback, one.fault is not None, one.is_accepted) for one in found.cases]


def test_each_leg_alone_is_a_case() -> None:
    assert cases(client_leg()) == [(C.NOT_JSON, 0, None, False, False)]
    assert cases(app_leg(BOM)) == [(C.NOT_JSON, None, 0, True, False)]


def test_both_legs_are_one_case() -> None:
    assert cases(both_legs(BOM, failed())) == [(C.NOT_JSON, 0, 1, True, False)]


def test_what_the_application_shows_wins_over_what_oss_states() -> None:
    outcome = failed("Error status : -1.OSS can not connect to your callbackUrl, please check it.", None)
    assert cases(both_legs(reply(), outcome, wait_s=6)) == [(C.TIMEOUT, 0, 1, True, False)]


def test_a_reply_without_fault_stays_beside_the_statement() -> None:
    assert cases(both_legs(reply(), failed())) == [(C.NOT_JSON, 0, 1, False, False)]


def test_an_upload_that_was_accepted_is_marked() -> None:
    assert cases(both_legs(BOM, response(body=OK))) == [(C.NOT_JSON, 0, 1, True, True)]


def test_healthy_callbacks_are_no_case() -> None:
    exchanges = analyze_capture(both_legs(reply(), response(body=OK))).exchanges
    assert gather_callbacks(exchanges, Context(exchanges)) == Callbacks((), (0,), ())


def test_an_unanswered_callback_is_open() -> None:
    capture = Capture()
    app_connection(capture).client(called())
    exchanges = analyze_capture(capture).exchanges
    assert gather_callbacks(exchanges, Context(exchanges)) == Callbacks((), (), (0,))


def test_without_callbacks_there_is_no_fact() -> None:
    plain = exchange_of(request(), response())
    assert gather_facts([plain], Context([plain]))[1].get(Callbacks) is None


def test_callbacks_of_one_request_id_are_all_told() -> None:
    capture = Capture()
    add_app_leg(capture, reply(b"", 500, "Error"))
    add_app_leg(capture, BOM)
    found = cases(capture)
    assert {cause for cause, *_ in found} == {C.STATUS, C.NOT_JSON}
