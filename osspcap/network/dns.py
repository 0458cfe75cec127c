"""DNS messages of a capture -> lookups. dnspython takes the messages apart; it is loaded only if there are any.

In: datagrams in file order. Out: lookups of addresses in order of their first packet. Messages that cannot be decoded
are passed over: they belong to hostile or broken senders, or are cut.
"""

from collections.abc import Iterable
from typing import Any

from osspcap.model.datagrams import Carrier, Datagram
from osspcap.model.lookups import Lookup
from osspcap.model.record import replaced

MAX_MESSAGES = 5_000
"""DNS messages looked at; about 0.1 ms each."""
MAX_ADDRESSES = 32
"""Addresses, and aliases, kept of an answer."""
_KINDS = ("A", "AAAA")

_Key = tuple[str, int, str, int, str, str]
"""Client and its port, resolver, ID, name, kind."""


def read_lookups(datagrams: Iterable[Datagram]) -> list[Lookup]:
    """Join queries with their answers."""
    messages = [each for each in datagrams if each.carrier in (Carrier.UDP, Carrier.TCP)]
    messages.sort(key=lambda each: each.frame)
    found: dict[_Key, int] = {}
    lookups: list[Lookup] = []
    for datagram in messages[:MAX_MESSAGES]:
        message = _decoded(datagram.payload)
        if message is None or len(message.question) != 1:
            continue
        is_answer = _is_answer(message)
        client, cport, resolver = (
            (datagram.dst, datagram.dport, datagram.src) if is_answer else (datagram.src, datagram.sport, datagram.dst)
        )
        name, kind = _question(message)
        if kind not in _KINDS:
            continue
        key = (client, cport, resolver, message.id, name, kind)
        number = found.get(key)
        if number is None or (not is_answer and lookups[number].answer_frame is not None):
            found[key] = number = len(lookups)
            place = datagram.frame, datagram.ts_ns, datagram.ts_ns
            lookups.append(Lookup(name, kind, client, resolver, datagram.carrier, 0, *place))
        lookup = lookups[number]
        if not is_answer:
            lookups[number] = replaced(lookup, queries=lookup.queries + 1, last_ns=datagram.ts_ns)
        elif lookup.answer_frame is None:
            lookups[number] = _answered(lookup, datagram, message)
    return lookups


def _decoded(payload: bytes) -> Any:
    """Return the message, None if it is none."""
    import dns.message  # noqa: PLC0415 - 70 ms that only captures with DNS cost

    try:
        return dns.message.from_wire(payload, ignore_trailing=True)
    except Exception:  # noqa: BLE001 - bytes of strangers in a foreign parser: whatever it raises, it is no message
        return None


def _is_answer(message: Any) -> bool:
    import dns.flags  # noqa: PLC0415 - loaded by now

    return bool(message.flags & dns.flags.QR)


def _question(message: Any) -> tuple[str, str]:
    import dns.rdatatype  # noqa: PLC0415 - loaded by now

    question = message.question[0]
    return question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)


def _answered(lookup: Lookup, datagram: Datagram, message: Any) -> Lookup:
    """Add what an answer says."""
    import dns.flags  # noqa: PLC0415 - loaded by now
    import dns.rcode  # noqa: PLC0415 - likewise
    import dns.rdataclass  # noqa: PLC0415 - likewise
    import dns.rdatatype  # noqa: PLC0415 - likewise

    addresses: list[str] = []
    aliases: list[str] = []
    for records in message.answer:
        if records.rdclass != dns.rdataclass.IN:
            continue  # records of other classes have other contents
        for record in records:
            if record.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                addresses.append(record.address)
            elif record.rdtype == dns.rdatatype.CNAME:
                aliases.append(record.target.to_text(omit_final_dot=True).lower())
    return replaced(
        lookup,
        answer_frame=datagram.frame,
        answer_ns=datagram.ts_ns,
        code=dns.rcode.to_text(message.rcode()),
        addresses=tuple(addresses[:MAX_ADDRESSES]),
        aliases=tuple(aliases[:MAX_ADDRESSES]),
        is_truncated=bool(message.flags & dns.flags.TC),
    )
