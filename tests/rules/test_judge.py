from collections.abc import Iterator
from dataclasses import replace

import pytest

from osspcap.model.clock import Clocks
from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.model.finding import Severity, Verdict
from osspcap.model.operation import Operation, Role
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection, Reset
from osspcap.model.tls import Tls
from osspcap.oss.legs import Legs
from osspcap.rules.base import CaptureRule, ExchangeRule, Rule, StreamRule
from osspcap.rules.judge import Judgement, judge
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.dissections import dissection, evidence, exchange
from tests.build.reports import error_document


class Noted(ExchangeRule):
    code, name, severity, fix, sources = "REQ900", "noted", Severity.ERROR, ("Do.",), ("Here",)

    def __init__(self) -> None:
        self.checked: list[int] = []

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        self.checked.append(exchange.id)
        yield self.finding(
            f"noted {exchange.id}",
            evidence(2 * exchange.id + 2, stream=exchange.stream, exchange=exchange.id),
            exchanges=(exchange,),
            cause="noted",
        )


class NotedAnywhere(Noted):
    code, name = "REQ901", "noted-anywhere"
    on_error_only, on_oss_only = False, False


class NotedInCallbacks(Noted):
    code, name = "REQ902", "noted-in-callbacks"
    on_error_only = False
    on_roles = (Role.CALLBACK,)


class NotedInFailedPreflights(Noted):
    code, name = "REQ903", "noted-in-failed-preflights"
    on_roles = (Role.PREFLIGHT,)


class NotedInOss(Noted):
    code, name = "REQ904", "noted-in-oss"
    on_error_only = False


class NotedInAllErrors(Noted):
    code, name = "REQ905", "noted-in-all-errors"
    on_oss_only = False


class NotedWithFacts(Noted):
    code, name = "REQ906", "noted-with-facts"
    on_error_only, on_oss_only = False, False
    on_facts = (Legs, Clocks)


class NotedInFailuresWithFacts(Noted):
    code, name = "REQ907", "noted-in-failures-with-facts"
    on_facts = (Clocks,)


class NotedInRedirects(Noted):
    code, name = "REQ908", "noted-in-redirects"
    on_error_only = False
    on_statuses = frozenset({301, 403})


class Raising(Noted):
    code, name = "REQ910", "raising"

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        if exchange.id == 1:
            yield from super().check(exchange)
        raise KeyError(f"wire text {exchange.id}")


class RaisingAtOnce(Noted):
    code, name = "REQ911", "raising-at-once"

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        raise RecursionError(exchange.id)


class RaisingStream(StreamRule):
    code, name, severity, fix, sources = "NET900", "raising-stream", Severity.ERROR, ("Do.",), ("Here",)

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        raise ValueError(connection.stream, len(exchanges))


class RaisingCapture(CaptureRule):
    code, name, severity, fix, sources = "CAP900", "raising-capture", Severity.ERROR, ("Do.",), ("Here",)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        raise ZeroDivisionError(len(dissection.exchanges))


class StreamNoted(StreamRule):
    code, name, severity, fix, sources = "NET901", "stream-noted", Severity.INFO, ("Do.",), ("Here",)

    def __init__(self) -> None:
        self.checked: list[tuple[int, list[int]]] = []

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        self.checked.append((connection.stream, [item.id for item in exchanges]))
        yield from ()


EXCHANGES = (
    exchange(0),
    exchange(1, 403),
    exchange(2, 203),
    exchange(3, None),
    exchange(4, 500, role=None),
    exchange(5, 200, role=None),
    exchange(6, 404, role=Role.PREFLIGHT),
    exchange(7, 200, role=Role.CALLBACK),
    exchange(8, 301),
)


@pytest.mark.parametrize(
    ("rule", "checked"),
    [
        (Noted(), [1, 2, 6]),
        (NotedAnywhere(), [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (NotedInCallbacks(), [7]),
        (NotedInFailedPreflights(), [6]),
        (NotedInOss(), [0, 1, 2, 3, 6, 7, 8]),
        (NotedInAllErrors(), [1, 2, 4, 6]),
        (NotedWithFacts(), [4, 5, 6]),
        (NotedInFailuresWithFacts(), [6]),
        (NotedInRedirects(), [1, 8]),
    ],
)
def test_a_rule_sees_only_the_exchanges_it_asks_for(rule: Noted, checked: list[int]) -> None:
    judge(dissection(*EXCHANGES[:4], *map(with_facts, EXCHANGES[4:7]), *EXCHANGES[7:]), (rule,))
    assert rule.checked == checked


def with_facts(item: Exchange) -> Exchange:
    """Give an exchange one kind of fact, or another."""
    return replace(item, facts=Facts([Legs(())] if item.id == 5 else [Clocks()]))


def test_rules_with_different_wishes_do_not_disturb_each_other() -> None:
    rules = (NotedInFailedPreflights(), Noted(), NotedInCallbacks(), NotedAnywhere(), Noted())
    judge(dissection(*EXCHANGES), rules)
    assert [len(rule.checked) for rule in rules] == [1, 3, 1, 9, 3]


def test_a_stream_rule_gets_each_connection_with_its_own_exchanges() -> None:
    rule = StreamNoted()
    judge(dissection(exchange(0), exchange(1, stream=2), exchange(2), connections=3), (rule,))
    assert rule.checked == [(0, [0, 2]), (1, []), (2, [1])]


def test_a_stream_rule_sees_only_the_connections_it_asks_for() -> None:
    class OnTls(StreamNoted):
        code, name = "NET902", "on-tls"
        on_tls = True

    class OnResets(StreamNoted):
        code, name = "NET903", "on-resets"
        on_resets = True

    facts = dissection(exchange(0), exchange(1, stream=2), connections=3)
    facts.connections[2].tls = (Tls(FrameNumber(1)),)
    reset = Reset(FrameNumber(9), Nanoseconds(0), 64, 0, 0, 0, 0, has_ack=False)
    facts.connections[1].directions[1].resets = [reset]
    rules = (OnTls(), OnResets(), StreamNoted())
    judge(facts, rules)
    assert [rule.checked for rule in rules] == [[(2, [1])], [(1, [])], [(0, [0]), (1, []), (2, [1])]]


def test_a_capture_rule_about_tls_sees_captures_that_hold_some() -> None:
    class OnTls(CaptureRule):
        code, name, severity, fix, sources = "TLS906", "on-tls-captures", Severity.INFO, (), ()
        on_tls = True

        def __init__(self) -> None:
            self.seen: list[Dissection] = []

        def check(self, dissection: Dissection) -> Iterator[Verdict]:
            self.seen.append(dissection)
            return iter(())

    clear, closed = dissection(exchange(0), connections=2), dissection(exchange(0), connections=2)
    closed.connections[1].tls = (Tls(FrameNumber(1)),)
    rule = OnTls()
    judge(clear, (rule,))
    judge(closed, (rule,))
    assert rule.seen == [closed]


def stating(number: int, code: str) -> Exchange:
    """A failure with an error document of that code; without one if it is empty."""
    failed = exchange(number, 403)
    return replace(failed, operation=Operation(Role.OSS, error=error_document(code))) if code else failed


def test_a_rule_about_codes_sees_those_and_errors_without_a_document() -> None:
    class OnCodes(Noted):
        code, name = "REQ907", "on-codes"
        on_codes = frozenset({"NoSuchKey", "NoSuchBucket"})

    codes = ["NoSuchKey", "AccessDenied", "", "NoSuchBucket", "NoSuchKey"]
    exchanges = [stating(number, code) for number, code in enumerate(codes)]
    rule = OnCodes()
    judge(dissection(*exchanges), (rule,))
    assert rule.checked == [0, 2, 3, 4]


def test_a_stream_rule_may_ask_for_connections_with_unanswered_exchanges_or_facts() -> None:
    class OnNotable(StreamNoted):
        code, name = "NET904", "on-notable"
        on_notable_exchanges = True

    unanswered = replace(exchange(1, stream=1), response=None)
    told_of = replace(exchange(3, stream=3), facts=Facts((Legs(()),)))
    rule = OnNotable()
    judge(
        dissection(exchange(0), unanswered, exchange(2, stream=2), told_of, exchange(4, stream=1), connections=5),
        (rule,),
    )
    assert rule.checked == [(1, [1, 4]), (3, [3])]


def test_findings_are_sorted_worst_first_then_by_first_frame() -> None:
    class Mild(Noted):
        code, name, severity = "REQ906", "mild", Severity.WARNING

        def check(self, exchange: Exchange) -> Iterator[Verdict]:
            yield self.finding(f"mild {exchange.id}", evidence(9 - exchange.id), exchanges=(exchange,))

    judgement = judge(dissection(*EXCHANGES), (Mild(), Noted()))
    assert [finding.summary for finding in judgement.findings] == ["noted 1", "mild 6", "mild 2", "mild 1"]


def internal(judgement: Judgement) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(item.rule, item.reason.partition(" line")[0], item.exchanges) for item in judgement.undecided]


def test_a_rule_that_raises_becomes_one_undecided_and_the_others_still_speak() -> None:
    judgement = judge(dissection(*EXCHANGES), (Raising(), Noted()))
    assert internal(judgement) == [
        ("REQ910", "internal error in rule REQ910: KeyError in test_judge.py", (1, 2, 6)),
    ]
    assert judgement.undecided[0].reason.endswith("please report it")
    assert "wire text" not in judgement.undecided[0].reason
    assert [(finding.rule, finding.exchanges) for finding in judgement.findings] == [
        ("REQ900", (1, 2, 6)),
        ("REQ910", (1,)),
    ]


@pytest.mark.parametrize(
    ("rule", "error", "exchanges"),
    [
        (RaisingAtOnce(), "RecursionError", (1, 2, 6)),
        (RaisingStream(), "ValueError", (0,)),
        (RaisingCapture(), "ZeroDivisionError", ()),
    ],
)
def test_rules_of_every_scope_may_raise(rule: Rule, error: str, exchanges: tuple[int, ...]) -> None:
    judgement = judge(dissection(*EXCHANGES), (rule,))
    expected = f"internal error in rule {rule.code}: {error} in test_judge.py"
    assert internal(judgement) == [(rule.code, expected, exchanges)]


def test_rules_are_counted_and_the_verdict_is_stated() -> None:
    judgement = judge(dissection(exchange(0)), (Noted(), StreamNoted()))
    assert judgement.rules_checked == 2
    assert judgement.verdict == "No fault found in 1 OSS exchange (1 exchange, 1 connection)."
