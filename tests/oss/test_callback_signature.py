import dataclasses

from osspcap.model.exchange import Exchange
from osspcap.oss.callback_signature import MAX_VERIFIED, CallbackSignature, gather_callback_signature
from osspcap.oss.facts import Context
from osspcap.oss.signing.callback_rsa import CallbackKey
from tests.build.callbacks import called, reply, understood
from tests.build.http import request, response
from tests.build.signed import raw_request, vector

VECTOR = vector("callback-official-doc")


def documented(body: str = str(VECTOR["body"])) -> Exchange:
    """The example of OSS's documents, which its own key signed."""
    headers = {"Host": "app.example.com"} | dict(VECTOR["headers"])
    return understood(raw_request("POST", str(VECTOR["url"]), headers, body.encode()), reply())


def verified(exchange: Exchange, context: Context | None = None) -> CallbackSignature:
    found = gather_callback_signature(exchange, context or Context())
    assert found is not None
    return found


def test_a_callback_of_oss_verifies_with_the_published_key() -> None:
    found = verified(documented())
    assert found.check.valid is True
    assert found.key_url is not None
    assert found.key_url.value.startswith("http://gosspublic.alicdn.com/")
    assert not found.has_own_key


def test_a_changed_body_and_another_key_are_told_apart() -> None:
    assert verified(documented("bucket=other")).check.made_with_key is True
    assert verified(understood(called(), reply())).check.made_with_key is False


def test_the_users_key_takes_the_place_of_the_published_one() -> None:
    found = verified(documented(), Context(callback_key=CallbackKey((1 << 1023) + 1, 65537)))
    assert (found.check.valid, found.check.made_with_key, found.has_own_key) == (False, False, True)


def test_a_body_that_is_not_whole_leaves_it_open() -> None:
    exchange = documented()
    assert exchange.request is not None
    body = dataclasses.replace(exchange.request.body, complete=False)
    cut = dataclasses.replace(exchange, request=dataclasses.replace(exchange.request, body=body))
    assert verified(cut).check.valid is None


def test_the_work_is_bounded() -> None:
    context, exchange = Context(), documented()
    found = [gather_callback_signature(exchange, context) for _ in range(MAX_VERIFIED + 1)]
    assert found[-2] is not None
    assert found[-1] is None


def test_other_exchanges_have_none() -> None:
    assert gather_callback_signature(understood(request(), response()), Context()) is None
