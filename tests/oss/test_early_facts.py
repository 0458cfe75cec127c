from osspcap.model.form import PostForm
from osspcap.oss.early_facts import EarlyFacts
from osspcap.oss.operation import Hints, classify
from tests.build.forms import NO_KEY, Form, policy, signed
from tests.build.http import oss_error, request, response
from tests.build.pairs import pair

TAKEN = response(204, "No Content")
REFUSED = response(400, "Bad Request", body=oss_error("InvalidArgument", NO_KEY))


def gathered(sent: bytes, answered: bytes | None) -> tuple[object, ...]:
    found = pair(sent, answered)
    return EarlyFacts().gather(found, classify(found, Hints()))


def test_a_form_that_was_taken_is_kept_only_if_there_is_something_to_say() -> None:
    assert gathered(Form(signed(policy())).request(), TAKEN) == ()
    telling = [
        Form(signed(policy(), key="${filename}")),
        Form(signed(policy()), behind=[("x", "y")]),
        Form([*signed(policy()), ("callback", "e30=")]),
        Form([*signed(policy()), ("x:a", "b")]),
        Form([*signed(policy()), ("content-md5", "b")]),
        Form(signed(policy()), headers={"Content-MD5": "x"}),
    ]
    for form in telling:
        (fact,) = gathered(form.request(), TAKEN)
        assert isinstance(fact, PostForm)


def test_a_form_that_was_refused_or_not_answered_is_kept() -> None:
    for answer in (REFUSED, None):
        (fact,) = gathered(Form(signed(policy())).request(), answer)
        assert isinstance(fact, PostForm)
        assert fact.key == "user/eric/pic.png"


def test_other_requests_have_none() -> None:
    assert gathered(request("PUT", "/key", body=b"--x\r\nContent-Disposition: form-data"), REFUSED) == ()
    assert gathered(request("POST", "/key?uploads"), REFUSED) == ()
    assert gathered(request("POST", "/", body=b"a=b", Content_Type="application/x-www-form-urlencoded"), REFUSED) == ()


def test_a_form_of_another_service_is_none() -> None:
    assert (
        gathered(
            Form([("key", "v")], host="www.example.com").request(), response(404, "No", request_id=None, server="x")
        )
        == ()
    )


def test_what_is_kept_of_all_forms_is_bounded() -> None:
    facts = EarlyFacts()
    facts._room = 1000
    found = pair(Form(signed(policy())).request(), REFUSED)
    kept = [facts.gather(found, classify(found, Hints())) for _ in range(5)]
    assert [bool(one) for one in (kept[0], kept[-1])] == [True, False]
