from osspcap.network.survey import Survey, survey
from tests.build.analyze import exchange_capture, refused
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.slow import late_answer
from tests.build.troubles import downloading, healthy, lossy_upload, unanswered, waiting
from tests.build.wire import Capture
from tests.tls.test_hello import hello


def survey_of(capture: Capture) -> Survey:
    dissection = dissected(capture)
    return survey(dissection.exchanges, dissection.connections)


def test_healthy_traffic_leaves_nothing_but_its_streams() -> None:
    assert survey_of(healthy()) == Survey(streams={0: 1})  # type: ignore[dict-item]


def test_exchanges_stand_out_for_what_they_lack_or_took() -> None:
    assert [item.id for item in survey_of(waiting(5)[0]).incomplete] == [0]
    assert [item.id for item in survey_of(downloading(10, 20)[0]).incomplete] == [0]
    assert [item.id for item in survey_of(late_answer(2)).slow] == [0]
    assert [item.id for item in survey_of(refused(503, "QpsLimitExceeded", "x")).braked] == [0]
    delayed = exchange_capture((request(), response(X_OSS_QOS_Delay_Time="5")))
    assert [item.id for item in survey_of(delayed).braked] == [0]


def test_connections_stand_out_for_how_they_went() -> None:
    assert [item.stream for item in survey_of(unanswered()).failed] == [0]
    assert [item.stream for item in survey_of(lossy_upload()).repeating] == [0]
    capture, tcp = downloading(10, 20)
    tcp.reset(0)
    assert survey_of(capture).left == {0}
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.handshake()
    tcp.client(hello("a.example"))
    assert [item.stream for item in survey_of(capture).silent_tls] == [0]


def test_traffic_of_others_is_passed_over() -> None:
    capture = exchange_capture((request(host="shop.example.com"), response(request_id=None, server="nginx")))
    assert survey_of(capture) == Survey()
