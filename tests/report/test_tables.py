from osspcap.model.stream import ConnectionEnd
from osspcap.report.tables import capture_lines, connection_table, exchange_table
from osspcap.report.text import render
from osspcap.report.view import ReportView
from tests.build.http import request, response
from tests.build.reports import connection, exchange, finding, message, operation, report


def many(count: int, failed: tuple[int, ...]) -> list[str]:
    exchanges = [
        exchange(
            number,
            message(request("GET", f"/{number}")),
            message(response(500 if number in failed else 200, "X")),
            operation("GetObject", f"n{number}"),
        )
        for number in range(count)
    ]
    text = render(exchange_table(ReportView(report(*exchanges)), 80))
    return text.splitlines()


def test_the_first_forty_and_all_failed_exchanges_are_shown_and_the_rest_counted() -> None:
    lines = many(100, failed=(3, 70, 99))
    assert [number for number in range(100) if any(f"rokid/n{number} " in line + " " for line in lines)] == [
        *range(40),
        70,
        99,
    ]
    assert lines[-1].strip() == "58 more exchanges, none of them failed: -f json lists all"


def test_a_short_table_counts_nothing() -> None:
    assert "more" not in many(3, failed=())[-1]


def test_more_failures_than_fit_are_said_to_be_among_the_rest() -> None:
    assert (
        many(400, failed=tuple(range(400)))[-1].strip()
        == "160 more exchanges, failed ones among them: -f json lists all"
    )


def test_exchanges_that_a_finding_is_about_are_shown_though_they_went_well() -> None:
    exchanges = [exchange(n, message(request()), message(response()), operation(key=f"n{n}")) for n in range(60)]
    text = render(exchange_table(ReportView(report(*exchanges, findings=(finding("slow", exchanges=(55,)),))), 80))
    assert "rokid/n55" in text
    assert "rokid/n54" not in text


def test_missing_halves_are_named() -> None:
    exchanges = (exchange(0, message(request()), None, None), exchange(1, None, message(response()), None))
    text = render(exchange_table(ReportView(report(*exchanges)), 80))
    assert "none" in text
    assert "(request not captured)" in text


def test_without_exchanges_and_connections_the_tables_say_so() -> None:
    view = ReportView(report(connections=()))
    assert "No HTTP request or response was read." in render(exchange_table(view, 80))
    assert "No TCP connection." in render(connection_table(view))


def test_connections_show_their_trouble_and_bad_ones_are_never_left_out() -> None:
    connections = [connection(number) for number in range(60)]
    connections[50].end = ConnectionEnd.RST_SERVER
    connections[55].directions[0].bytes_missing = 2048
    connections[55].directions[1].retransmitted = 3
    connections[55].sni = "b.oss-cn-hangzhou.aliyuncs.com"
    text = render(connection_table(ReportView(report(connections=tuple(connections)))))
    assert "reset by server" in text
    assert "2.0 KiB missing" in text
    assert "3 retransmitted" in text
    assert "b.oss-cn-hangzhou.aliyuncs." in text
    assert "18 more connections, none of them failed" in text


def test_long_object_names_lose_their_middle() -> None:
    one = exchange(0, message(request()), message(response()), operation(key="a" * 300 + "end.jpg"))
    text = "".join(render(exchange_table(ReportView(report(one)), 80)).split())
    assert "rokid/aaa" in text
    assert "..." in text
    assert "end.jpg" in text


def test_the_capture_says_what_it_lacks_instead_of_complete() -> None:
    assert "Complete:" in render(capture_lines(ReportView(report())))
    text = render(capture_lines(ReportView(report(truncated_at=1, truncation="the last packet is cut"))))
    assert "The last packet is cut" in text
    assert "Complete:" not in text
    assert "Complete:" not in render(capture_lines(ReportView(report(packets=0))))
