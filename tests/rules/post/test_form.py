from osspcap.rules.post._form import listed
from tests.build.analyze import only_finding
from tests.build.forms import NO_KEY, Form, policy, refused_form, signed


def test_names_are_listed_as_a_sentence_has_them() -> None:
    assert listed(()) == ""
    assert listed(("key",)) == "key"
    assert listed(("key", "policy", "key")) == "key and policy"
    assert listed(("a", "b", "c")) == "a, b and c"
    assert listed(tuple("abcdefghij")).endswith("and 2 more")


def test_equal_faults_of_one_bucket_are_told_once() -> None:
    form = Form(signed(policy())[1:])
    capture = refused_form(form, 400, "InvalidArgument", NO_KEY)
    again = capture.tcp(cport=50001)
    again.handshake()
    again.client(form.request())
    second = refused_form(form, 400, "InvalidArgument", NO_KEY)
    again.server(next(packet.data[54:] for packet in second.packets if b"<Error>" in packet.data))
    again.close()
    finding = only_finding(capture, "PST002")
    assert (finding.occurrences, finding.exchanges) == (2, (0, 1))


def test_the_parts_are_shown_in_their_order_and_the_request_id_last() -> None:
    finding = only_finding(refused_form(Form(signed(policy())[1:]), 400, "InvalidArgument", NO_KEY), "PST002")
    shown = {item.field: item.observed for item in finding.evidence}
    assert shown["request body, parts of the form in order"] == "OSSAccessKeyId, policy, Signature, file"
    assert finding.evidence[-1].field == "response header x-oss-request-id"
