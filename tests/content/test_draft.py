from osspcap.content.draft import MAX_ANOMALIES, Draft
from osspcap.model.anomaly import AnomalyName


def test_oddities_are_bounded() -> None:
    draft = Draft(
        is_request=True,
        frame=1,
        ts_ns=0,
        start_offset=0,
        peer_offset=-1,
        raw_head=b"GET /k HTTP/1.1\r\n\r\n",
        head_frames=((0, 1),),
        head_end_frame=1,
        head_end_ns=0,
        version="HTTP/1.1",
    )
    for frame in range(100):
        draft.note(AnomalyName.BARE_LF, frame)
    assert [anomaly.frame for anomaly in draft.message().anomalies] == list(range(MAX_ANOMALIES))
