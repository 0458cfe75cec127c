"""Three clocks: signed times against the server's, and both against the time stamps of the capture.

In: all exchanges. Out: `Clocks`, with one entry for each client whose clock is off, and nothing for those whose is
right. The server's clock is what decides, so that times are compared with it and never with the capture's.

A response's `Date` is made between the arrival of the request and the departure of the answer; after an upload of ten
minutes it lies ten minutes behind the signed time although both clocks are right. So a signed time counts as right
anywhere in [Date - duration of the exchange, Date], and its offset is the distance to that interval.

A time in a signed URL says when the URL was made and not what the client's clock shows now; it is left alone unless
the server refuses it. Cost: about 2 us a healthy signed exchange; memory bounded by the limits below.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import field

from osspcap.model.clock import CaptureClock, ClientClock, ClockReading, Clocks, ImplausibleTime, MalformedDate, Refusal
from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Role
from osspcap.model.record import growing_record
from osspcap.model.seen import Seen
from osspcap.model.usual import UsualExchange, UsualKind
from osspcap.oss.clock_times import (
    HEADER_SCHEMES,
    SKEW_EC,
    TimePlaces,
    age_ns,
    distance_ns,
    is_date_stated,
    is_signing_date_stated,
    is_skew_stated,
    passed_date_check,
    places_of_times,
    raw_signed_time,
    response_time_ns,
    seen_response_time,
    seen_signed_time,
    signed_time_ns,
)
from osspcap.oss.dates import fault_of, parse_date, parse_stated_time
from osspcap.oss.facts import Context
from osspcap.oss.limits import MAX_CLOCK_SKEW_NS
from osspcap.units import NS_PER_S

NOTABLE_NS = 60 * NS_PER_S
"""Offsets below a minute are what clocks without care show; they harm nobody."""
FAR_NS = 300 * NS_PER_S
"""A third of what OSS allows: a clock that drifts on will be refused."""
ZONE_TOLERANCE_NS = 120 * NS_PER_S
"""A clock that is right but for its zone is off by whole half hours and by what its own inaccuracy adds."""
_ROLES = frozenset((Role.OSS, Role.PREFLIGHT))
_HALF_HOUR_NS = 1_800 * NS_PER_S
_DAY_NS = 86_400 * NS_PER_S
ZONE_RANGE_MINUTES = (-12 * 60, 14 * 60)
"""Zones of the world: UTC-12 to UTC+14."""
CERTAIN_NS = MAX_CLOCK_SKEW_NS + NOTABLE_NS
"""What OSS accepts cannot lie further off its clock; a minute is left for what the capture does not show."""
EARLIEST_SERVER_NS = 1_293_840_000 * NS_PER_S
"""2011-01-01: OSS did not exist before; an earlier Date is a clock that was never set."""
MAX_SERVER_TIME_MS = 86_400_000
"""x-oss-server-time is how long OSS worked on a request; a day is absurd, and an epoch time is larger still."""
SHORT_DIGITS = 7
"""Numbers of up to so many digits are less than that."""
RETRY_WINDOW_NS = 60 * NS_PER_S
RETRY_LOOKAHEAD = 50
MAX_REPEATS = 4
"""A corrected repetition comes at once: within a minute, this many exchanges, and this many repetitions."""
MAX_READINGS = 20
"""Readings kept in full for each client; the others are counted."""
MAX_CLIENTS = 200
"""Clients told apart, against captures with a new key in every request."""
MAX_LISTED = 1_000
"""Malformed dates, implausible times and unanswerable refusals kept; more of them tell nothing new."""


def gather_clocks(exchanges: Sequence[Exchange], _context: Context) -> Clocks | None:
    """Compare the clocks of a capture; None if no exchange with OSS tells a time."""
    survey = _Survey(exchanges)
    take_usual, look_at = survey.take_usual, survey.look_at
    for exchange in survey.not_agreeing():
        operation, response = exchange.operation, exchange.response
        if operation is None or response is None or take_usual(exchange, operation, response):
            continue
        if operation.role in _ROLES:
            look_at(exchange, operation, response)
    return survey.result()


def zone_minutes(offset_ns: int) -> int | None:
    """Return the minutes of a time zone that an offset looks like: whole half hours of an hour or more, else None."""
    half_hours = round(offset_ns / _HALF_HOUR_NS)
    minutes = half_hours * 30
    if abs(half_hours) < 2 or not ZONE_RANGE_MINUTES[0] <= minutes <= ZONE_RANGE_MINUTES[1]:
        return None
    return minutes if abs(offset_ns - half_hours * _HALF_HOUR_NS) <= ZONE_TOLERANCE_NS else None


@growing_record
class _Group:
    """A `ClientClock` in the making."""

    readings: list[ClockReading] = field(default_factory=list)
    exchanges: list[int] = field(default_factory=list)
    offsets_ns: tuple[int, int] = (0, 0)

    def add(self, reading: ClockReading) -> None:
        offset_ns = reading.offset_ns
        least_ns, most_ns = self.offsets_ns if self.exchanges else (offset_ns, offset_ns)
        self.offsets_ns = (min(least_ns, offset_ns), max(most_ns, offset_ns))
        self.exchanges.append(reading.exchange)
        if len(self.readings) < MAX_READINGS:
            self.readings.append(reading)


def _plausible(signed_ns: int | None, server_ns: int | None) -> tuple[int, int] | None:
    """Return the server's time, and how far the signed one is ahead of it; None if one is missing or absurd."""
    if signed_ns is None or server_ns is None or server_ns < EARLIEST_SERVER_NS:
        return None
    return server_ns, signed_ns - server_ns


class _Survey:
    """Walks the exchanges once. Lives as long as `gather_clocks` runs."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._groups: dict[tuple[str, int | None, Refusal, bool, bool], _Group] = {}
        self._malformed: list[MalformedDate] = []
        self._implausible: list[ImplausibleTime] = []
        self._untold: list[int] = []
        # Numbers side by side instead of pairs: the garbage collector passes over the whole capture for every so many
        # containers, and never for numbers.
        self._capture_offsets: list[int] = []
        self._compared: list[int] = []
        self._client_offsets: list[int] = []

    def take_usual(self, exchange: Exchange, operation: Operation, response: Message) -> bool:
        """Take a success in which all clocks agree within a minute, as `look_at` would; tell whether it was one."""
        request, signature, took_ms = exchange.request, operation.signature, operation.server_time_ms
        if request is None or signature is None or took_ms is None or response.status >= 400:
            return False
        if took_ms >= MAX_SERVER_TIME_MS or not operation.answered_by_oss:
            return False
        if signature.scheme not in HEADER_SCHEMES or operation.role not in _ROLES:
            return False
        signed_ns, server_ns = signed_time_ns(request), response_time_ns(response)
        return self._take_agreeing(exchange.id, signed_ns, server_ns, request.ts_ns, response.ts_ns)

    def not_agreeing(self) -> Iterator[Exchange]:
        """Yield the exchanges to look at one by one: not the usual ones in which all clocks agree, which are taken."""
        places: dict[UsualKind, TimePlaces | None] = {}
        capture_offsets, compared, client_offsets = self._capture_offsets, self._compared, self._client_offsets
        known: tuple[int, int] | None = None
        signed_raw = stated_raw = b""  # dates as last seen, from which that follows: most of them repeat
        for exchange in self._exchanges:
            if type(exchange) is not UsualExchange:
                yield exchange
                continue
            pair = exchange.usual
            kind = pair.kind
            if kind not in places:
                places[kind] = places_of_times(kind, exchange.meaning)
            found = places[kind]
            if found is None:
                yield exchange
                continue
            signed, stated, took = found
            values, begun_ns, ended_ns = pair.answered, pair.asked_ns, pair.answered_ns
            if values[stated] != stated_raw or pair.asked[signed] != signed_raw:
                signed_raw, stated_raw = pair.asked[signed], values[stated]
                known = _plausible(parse_date(signed_raw), parse_date(stated_raw))
            digits = values[took]
            if known is None or begun_ns > ended_ns or len(digits) > SHORT_DIGITS or not digits.isdigit():
                yield exchange
                continue
            # `distance_ns` written out, as in `_take_agreeing`: this is all that is done about most exchanges.
            server_ns, ahead_ns = known
            capture_ns, client_ns = begun_ns - server_ns, ahead_ns
            if capture_ns < 0:
                capture_ns = min(0, ended_ns - server_ns)
            if client_ns < 0:
                client_ns = min(0, ahead_ns + ended_ns - begun_ns)
            if -NOTABLE_NS < capture_ns < NOTABLE_NS and -NOTABLE_NS < client_ns < NOTABLE_NS:
                capture_offsets.append(capture_ns)
                compared.append(exchange.id)
                client_offsets.append(client_ns)
            else:
                yield exchange

    def _take_agreeing(
        self, number: int, signed_ns: int | None, server_ns: int | None, begun_ns: int, ended_ns: int
    ) -> bool:
        """Take the times of an exchange if they agree; `distance_ns` written out, for most exchanges pass here."""
        if signed_ns is None or server_ns is None or server_ns < EARLIEST_SERVER_NS or begun_ns > ended_ns:
            return False
        before_ns = begun_ns - server_ns
        deviation_ns = -before_ns if before_ns > 0 else max(0, server_ns - ended_ns)
        before_ns = server_ns - (ended_ns - begun_ns) - signed_ns
        offset_ns = -before_ns if before_ns > 0 else max(0, signed_ns - server_ns)
        if not (-NOTABLE_NS < deviation_ns < NOTABLE_NS and -NOTABLE_NS < offset_ns < NOTABLE_NS):
            return False
        self._capture_offsets.append(-deviation_ns)
        self._compared.append(number)
        self._client_offsets.append(offset_ns)
        return True

    def look_at(self, exchange: Exchange, operation: Operation, response: Message) -> None:
        """Take the times of one exchange."""
        request = exchange.request
        begun_ns = response.ts_ns if request is None else min(request.ts_ns, response.ts_ns)
        server_ns = self._server_ns(exchange, operation, response, begun_ns)
        if request is None:
            return
        if response.status >= 400 and (is_skew_stated(operation) or is_signing_date_stated(operation)):
            self._take_refused(exchange, operation, request, server_ns)
        elif operation.signature is not None and operation.signature.scheme in HEADER_SCHEMES:
            raw = raw_signed_time(request)
            if raw is None:
                return
            signed_ns = parse_date(raw)
            if signed_ns is None:
                self._take_malformed(exchange, operation, request)
            elif server_ns is not None:
                offset_ns = distance_ns(signed_ns, server_ns - (response.ts_ns - begun_ns), server_ns)
                self._client_offsets.append(offset_ns)
                if abs(offset_ns) >= NOTABLE_NS:
                    self._take_noticed(exchange, operation, request, offset_ns)

    def _server_ns(self, exchange: Exchange, operation: Operation, response: Message, begun_ns: int) -> int | None:
        """Return the server's time of an answer; note it for the capture's clock, or as implausible."""
        if not operation.answered_by_oss:
            return None
        took_ms = operation.server_time_ms
        if (took_ms is None and b"x-oss-server-time" in response.raw_head) or (took_ms or 0) >= MAX_SERVER_TIME_MS:
            self._take_absurd_duration(exchange, response)
        server_ns = response_time_ns(response)
        if server_ns is None:
            return None
        if server_ns < EARLIEST_SERVER_NS:
            self._take_implausible(exchange, "lies before OSS existed", "the present time")
            return None
        deviation_ns = distance_ns(server_ns, begun_ns, response.ts_ns)
        if abs(deviation_ns) >= NOTABLE_NS:
            aged_ns = age_ns(response)
            if aged_ns is None:
                return None  # the cache does not say when it took the answer from OSS
            server_ns += aged_ns
            deviation_ns = distance_ns(server_ns, begun_ns, response.ts_ns)
        self._capture_offsets.append(-deviation_ns)
        self._compared.append(exchange.id)
        return server_ns

    def _take_refused(
        self, exchange: Exchange, operation: Operation, request: Message, answered_ns: int | None
    ) -> None:
        """Read a request that the server refused for its time, by what the server states if it does."""
        fields = {} if operation.error is None else operation.error.fields
        requested, stated = fields.get("RequestTime"), fields.get("ServerTime")
        raw = raw_signed_time(request)
        signed_ns = None if requested is None else parse_stated_time(requested.value)
        if signed_ns is None and raw is not None:
            signed_ns = parse_date(raw)
        server_ns = None if stated is None else parse_stated_time(stated.value)
        server = stated if server_ns is not None else _seen_date(exchange)
        server_ns = answered_ns if server_ns is None else server_ns
        signed = seen_signed_time(request) or requested
        if raw is not None and parse_date(raw) is None:
            self._take_malformed(exchange, operation, request)
        elif signed is None or signed_ns is None or server is None or server_ns is None:
            self._leave_open(exchange)
        elif is_skew_stated(operation) or signed_ns // _DAY_NS != server_ns // _DAY_NS:
            corrected_by = self._correction(exchange, request, signed_ns)
            refusal = Refusal.SKEWED if corrected_by is None else Refusal.CORRECTED
            offset_ns = signed_ns - server_ns
            self._client_offsets.append(offset_ns)
            self._add(
                operation,
                ClockReading(exchange.id, offset_ns, refusal, True, signed, server, requested, corrected_by),
            )
        # Else the day of the credential is at odds with the request's own date: no fault of a clock.

    def _take_noticed(self, exchange: Exchange, operation: Operation, request: Message, offset_ns: int) -> None:
        """Keep an offset that the server did not complain of, unless its silence proves that it cannot be."""
        signed, server = seen_signed_time(request), _seen_date(exchange)
        if signed is None or server is None:
            return
        if abs(offset_ns) > CERTAIN_NS and passed_date_check(exchange, operation):
            # OSS refuses what is signed more than 15 minutes off its clock. It took this, so its clock said otherwise.
            reason = "is more than 15 minutes off the time of a signed request that OSS accepted"
            self._take_implausible(exchange, reason, f"close to {signed.value}")
            return
        # A refusal without a document (HEAD) of a request that is that far off has one likely reason.
        is_refused = abs(offset_ns) > MAX_CLOCK_SKEW_NS and exchange.status == 403 and operation.error is None
        refusal = Refusal.SKEWED if is_refused else Refusal.NONE
        is_stated = is_refused and operation.ec == SKEW_EC
        self._add(operation, ClockReading(exchange.id, offset_ns, refusal, is_stated, signed, server))

    def _correction(self, exchange: Exchange, request: Message, signed_ns: int) -> int | None:
        """Return the exchange that repeats a refused request at once, with another time and with success."""
        repeats = 0
        for later in self._exchanges[exchange.id + 1 : exchange.id + 1 + RETRY_LOOKAHEAD]:
            again, operation = later.request, later.operation
            if again is None or operation is None or (again.method, again.target) != (request.method, request.target):
                continue
            repeats += 1
            if repeats > MAX_REPEATS:
                break
            raw = raw_signed_time(again)
            repeated_ns = None if raw is None else parse_date(raw)
            if repeated_ns is None or abs(repeated_ns - signed_ns) < NOTABLE_NS:
                continue
            if again.ts_ns - request.ts_ns <= RETRY_WINDOW_NS and passed_date_check(later, operation):
                return later.id
        return None

    def _add(self, operation: Operation, reading: ClockReading) -> None:
        """Put a reading to those of the same client that tell the same."""
        zone = zone_minutes(reading.offset_ns)
        key_id = None if operation.signature is None else operation.signature.access_key_id
        client = f"{operation.sdk or ''} {key_id or ''}".strip()
        key = (client, zone, reading.refusal, reading.offset_ns < 0, abs(reading.offset_ns) >= FAR_NS)
        if key not in self._groups and len(self._groups) >= MAX_CLIENTS:
            key = ("", *key[1:])
        self._groups.setdefault(key, _Group()).add(reading)

    def _take_malformed(self, exchange: Exchange, operation: Operation, request: Message) -> None:
        date = seen_signed_time(request)
        if date is None or len(self._malformed) >= MAX_LISTED:
            return
        status = exchange.status or 0
        is_refused = status >= 400 and (
            is_date_stated(operation) or is_skew_stated(operation) or is_signing_date_stated(operation)
        )
        right = _seen_date(exchange)
        if right is not None and parse_date(right.raw) is None:
            right = None
        is_accepted = not is_refused and passed_date_check(exchange, operation)
        fault = fault_of(date.value)
        self._malformed.append(MalformedDate(exchange.id, date, fault, is_refused, is_accepted, right))

    def _take_implausible(self, exchange: Exchange, reason: str, expected: str) -> None:
        stated = _seen_date(exchange)
        if stated is not None and len(self._implausible) < MAX_LISTED:
            self._implausible.append(ImplausibleTime(exchange.id, stated, reason, expected))

    def _take_absurd_duration(self, exchange: Exchange, response: Message) -> None:
        line = response.fields().first("x-oss-server-time")
        if line is not None and line.raw_value and len(self._implausible) < MAX_LISTED:
            reason = "is no number of milliseconds that OSS can have worked on a request"
            expected = "a small number of milliseconds"
            self._implausible.append(ImplausibleTime(exchange.id, response.seen(line), reason, expected))

    def _leave_open(self, exchange: Exchange) -> None:
        if len(self._untold) < MAX_LISTED:
            self._untold.append(exchange.id)

    def result(self) -> Clocks | None:
        """Return what was found; None if there was nothing to compare."""
        clients = tuple(
            ClientClock(
                client,
                zone,
                refusal,
                group.readings[0].offset_ns,
                *group.offsets_ns,
                tuple(group.readings),
                tuple(group.exchanges),
            )
            for (client, zone, refusal, _, _), group in self._groups.items()
        )
        capture = self._capture_clock()
        if capture is None and not (clients or self._malformed or self._implausible or self._untold):
            return None
        return Clocks(clients, tuple(self._malformed), tuple(self._implausible), tuple(self._untold), capture)

    def _capture_clock(self) -> CaptureClock | None:
        if not self._capture_offsets:
            return None
        ordered = sorted(self._capture_offsets)
        median_ns = ordered[len(ordered) // 2]
        example = self._compared[self._capture_offsets.index(median_ns)]
        date = _seen_date(self._exchanges[example])
        if date is None:
            return None
        agreeing = bisect_right(ordered, median_ns + NOTABLE_NS) - bisect_left(ordered, median_ns - NOTABLE_NS)
        clients = sorted(self._client_offsets)
        client_ns = clients[len(clients) // 2] if clients else None
        return CaptureClock(median_ns, len(ordered), agreeing, example, date, client_ns)


def _seen_date(exchange: Exchange) -> Seen[str] | None:
    return None if exchange.response is None else seen_response_time(exchange.response)
