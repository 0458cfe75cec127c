"""What differs between two sightings of one request: target, method, headers, body, status.

In: the exchange nearer to the client and the one nearer to OSS. Out: differences in the order of `Place`, those that
any proxy may make among them, and what could not be compared. Order and case of header names never matter. What may
legitimately differ stands in `difference_table`; everything else is reported, whether or not it did harm.

Source: RFC 9110 sections 5.3, 7.6.1 and 7.7; RFC 9112 section 3.2; RFC 3986 section 6.2.2. O(size of the heads).
"""

from collections.abc import Iterator

from osspcap.model.anomaly import AnomalyName
from osspcap.model.comparison import Difference, Place
from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.seen import Seen
from osspcap.oss.body_difference import compare_bodies
from osspcap.oss.header_difference import HeaderComparison
from osspcap.oss.target import Target, percent_decode, split_target

NotCompared = tuple[tuple[Place, str], ...]

_HEAD_CUT = frozenset((AnomalyName.HEADER_INCOMPLETE, AnomalyName.HEADER_TOO_LARGE))
SAME_RESOURCE = "other spelling of the same path: the server resolves both to the same resource"
PROXY_FORM = "a proxy is addressed with the whole URL, a server with the path"


def differences_of(client: Exchange, server: Exchange) -> tuple[tuple[Difference, ...], NotCompared]:
    """Compare two sightings of one request; returns the differences and what could not be compared."""
    found: list[Difference] = []
    lacking: list[tuple[Place, str]] = []
    if client.request is not None and server.request is not None:
        found += _start_lines(client.request, server.request)
        found += _headers(client, server, client.request, server.request, lacking)
        found += compare_bodies(client.request, server.request, lacking)
    if client.response is not None and server.response is not None:
        found += _answers(client.response, server.response)
        found += _headers(client, server, client.response, server.response, lacking)
        found += compare_bodies(client.response, server.response, lacking)
    elif client.response is not None or server.response is not None:
        place = "client" if client.response is None else "server"
        lacking.append((Place.STATUS, f"no answer was captured nearer to the {place}"))
    order = list(Place)
    return tuple(sorted(found, key=lambda item: order.index(item.place))), tuple(lacking)


def _start_lines(client: Message, server: Message) -> Iterator[Difference]:
    if client.method != server.method:
        yield Difference(
            Place.METHOD,
            client=(_part(client, client.method),),
            server=(_part(server, server.method),),
            is_covered=True,
        )
    if client.target != server.target:
        expected, note = _target_change(client, server)
        yield Difference(
            Place.TARGET,
            client=(_part(client, client.target),),
            server=(_part(server, server.target),),
            expected=expected,
            note=note,
            decoded=(percent_decode(client.target), percent_decode(server.target)),
            is_covered=True,
        )
    yield from _versions(client, server, Place.REQUEST_VERSION)


def _answers(client: Message, server: Message) -> Iterator[Difference]:
    if client.status != server.status:
        yield Difference(Place.STATUS, client=(client.seen_start_line(),), server=(server.seen_start_line(),))
    yield from _versions(client, server, Place.RESPONSE_VERSION)


def _versions(client: Message, server: Message, place: Place) -> Iterator[Difference]:
    """RFC 9110 section 2.5: each device sends its own version."""
    if client.version != server.version:
        yield Difference(
            place,
            client=(_part(client, client.version),),
            server=(_part(server, server.version),),
            expected="each device speaks its own version of HTTP",
        )


def _part(message: Message, value: str) -> Seen[str]:
    line = message.seen_start_line()
    return Seen(value, line.frame, line.field, line.raw)


def _target_change(client: Message, server: Message) -> tuple[str, str]:
    """Tell why two targets may differ, and what was done to the one to get the other."""
    before, after = split_target(client.target, client.method), split_target(server.target, server.method)
    same_path, same_query = before.path == after.path, before.query == after.query
    if same_path and same_query:
        return PROXY_FORM, ""
    spelled_alike = percent_decode(before.path) == percent_decode(after.path)
    if spelled_alike and _decoded_query(before) == _decoded_query(after):
        return SAME_RESOURCE, "" if same_path else "only the percent-encoding differs"
    notes = [] if same_path or spelled_alike else [_path_note(before.path, after.path)]
    if _decoded_query(before) != _decoded_query(after):
        notes.append(_query_note(before, after))
    return "", "; ".join(note for note in notes if note)


def _path_note(before: str, after: str) -> str:
    # A device that decodes a path encodes again what must not stand in one, so that both are decoded once more.
    if percent_decode(before) == after or percent_decode(percent_decode(before)) == percent_decode(after):
        return "one round of percent-decoding"
    if percent_decode(before) == percent_decode(percent_decode(after)):
        return "one round of percent-encoding"
    plain_before, plain_after = percent_decode(before), percent_decode(after)
    if _folded(plain_before) == plain_after:
        return "repeated slashes folded into one"
    if plain_after.endswith(plain_before):
        return "something was put in front of the path"
    if plain_before.endswith(plain_after):
        return "the beginning of the path was taken off"
    if plain_before.casefold() == plain_after.casefold():
        return "upper and lower case changed"
    return "the path is another one"


def _folded(path: str) -> str:
    while "//" in path:
        path = path.replace("//", "/")
    return path


def _decoded_query(target: Target) -> list[str]:
    """Return the query's parameters decoded and sorted: their order means nothing to OSS."""
    return sorted(percent_decode(item.removesuffix("=")) for item in target.query.split("&") if item)


def _query_note(before: Target, after: Target) -> str:
    ours, theirs = _decoded_query(before), _decoded_query(after)
    names_before = {item.partition("=")[0] for item in ours}
    names_after = {item.partition("=")[0] for item in theirs}
    parts = []
    if lost := sorted(names_before - names_after):
        parts.append(f"parameter {', '.join(lost[:8])} removed")
    if new := sorted(names_after - names_before):
        parts.append(f"parameter {', '.join(new[:8])} added")
    if not parts:
        parts.append("the value of a parameter changed")
    return "; ".join(parts)


def _headers(
    client: Exchange, server: Exchange, ours: Message, theirs: Message, lacking: list[tuple[Place, str]]
) -> Iterator[Difference]:
    place = Place.REQUEST_HEADER if ours.is_request else Place.RESPONSE_HEADER
    cut_here, cut_there = _is_cut(ours), _is_cut(theirs)
    if cut_here or cut_there:
        where = "client" if cut_here else "server"
        lacking.append((place, f"the head is not complete in what was captured nearer to the {where}"))
    comparison = HeaderComparison(client, server, ours, theirs)
    for difference in comparison.differences():
        # A field that a cut head lacks may well have been sent.
        if (cut_here and not difference.client) or (cut_there and not difference.server):
            continue
        yield difference


def _is_cut(message: Message) -> bool:
    return any(anomaly.name in _HEAD_CUT for anomaly in message.anomalies)
