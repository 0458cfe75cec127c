"""Three clocks: signed times against the server's, and both against the time stamps of the capture.

In: all exchanges. Out: `Clocks`, with one entry for each client whose clock is off, and nothing for those whose is
right. The server's clock is what decides, so that times are compared with it and never with the capture's.

A response's `Date` is made between the arrival of the request and the departure of the answer; after an upload of ten
minutes it lies ten minutes behind the signed time although both clocks are right. So a signed time counts as right
anywhere in [Date - duration of the exchange, Date], and its offset is the distance to that interval.

A time in a signed URL says when the URL was made and not what the client's clock shows now; it is left alone unless
the server refuses it. Cost: about 2 us a healthy signed exchange; memory bounded by the limits below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from osspcap.model.clock import CaptureClock, ClientClock, Clocks, ClockReading, ImplausibleTime, MalformedDate, Refusal
from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument, Operation, Role, Scheme
from osspcap.model.seen import Seen
from osspcap.oss.dates import fault_of, parse_date, parse_stated_time
from osspcap.oss.facts import Context
from osspcap.oss.limits import MAX_CLOCK_SKEW_NS
from osspcap.units import NS_PER_S

NOTABLE_NS = 60 * NS_PER_S
"""Offsets below a minute are what clocks without care show; they harm nobody."""
ZONE_TOLERANCE_NS = 120 * NS_PER_S
"""A clock that is right but for its zone is off by whole half hours and by what its own inaccuracy adds."""
ZONE_STEP_NS = 1_800 * NS_PER_S
ZONE_MIN_MINUTES, ZONE_MAX_MINUTES = -12 * 60, 14 * 60
"""Zones of the world: UTC-12 to UTC+14."""
PROOF_MARGIN_NS = 300 * NS_PER_S
"""Beyond the 15 minutes that OSS allows: how much further off a time must be that OSS itself seems to state."""
EARLIEST_SERVER_NS = 1_293_840_000 * NS_PER_S
"""2011-01-01: OSS did not exist before; an earlier Date is a clock that was never set."""
MAX_SERVER_TIME_MS = 86_400_000
"""x-oss-server-time is how long OSS worked on a request; a day is absurd, and an epoch time is larger still."""
RETRY_WINDOW_NS = 60 * NS_PER_S
RETRY_LOOKAHEAD = 100
"""A corrected repetition comes at once: within a minute and within this many exchanges."""
MAX_READINGS = 20
"""Readings kept in full for each client; the others are counted."""
MAX_CLIENTS = 200
"""Clients told apart, against captures with a new key in every request."""
MAX_LISTED = 1_000

SKEW_CODE = "RequestTimeTooSkewed"
_SKEW_EC = "0002-00000504"
_SIGNING_DATE_EC = "0002-00000223"
_DATE_ECS = frozenset({"0002-00000502", "0002-00000503", "0002-00000505"})
_HEADER_SCHEMES = frozenset({Scheme.V1_HEADER, Scheme.V2_HEADER, Scheme.V4_HEADER, Scheme.S3_HEADER, Scheme.UNKNOWN})
_AUTHENTICATION_CODES = frozenset(
    {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "InvalidSecurityToken", "SecurityTokenExpired"}
)
"""Errors that may come before the time is looked at."""

_SIGNED_TIME = re.compile(rb"\n(?:(x-(?:oss|amz)-date)|date)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_DATE = re.compile(rb"\ndate[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_CACHED = re.compile(rb"\n(?:age[ \t]*:[ \t]*[1-9]|x-cache(?:-lookup)?[ \t]*:[^\r\n]*hit)", re.IGNORECASE)
_AGE = re.compile(rb"\nage[ \t]*:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """A `ClientClock` in the making."""

    readings: list[ClockReading] = field(default_factory=list)
    exchanges: list[int] = field(default_factory=list)
    least_ns: int = 0
    most_ns: int = 0

    def add(self, reading: ClockReading) -> None:
        if not self.exchanges:
            self.least_ns = self.most_ns = reading.offset_ns
        self.least_ns = min(self.least_ns, reading.offset_ns)
        self.most_ns = max(self.most_ns, reading.offset_ns)
        self.exchanges.append(reading.exchange)
        if len(self.readings) < MAX_READINGS:
            self.readings.append(reading)


def gather_clocks(exchanges: Sequence[Exchange], _context: Context) -> Clocks | None:
    """Compare the clocks of a capture; None if no exchange with OSS carries a date."""
    survey = _Survey(exchanges)
    for exchange in exchanges:
        operation, response = exchange.operation, exchange.response
        if operation is not None and response is not None and operation.role in {Role.OSS, Role.PREFLIGHT}:
            survey.look_at(exchange, operation, response)
    return survey.result()


class _Survey:
    """Walks the exchanges once. Lives as long as `gather_clocks` runs."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._groups: dict[tuple[str, int | None, Refusal, bool, bool], _Group] = {}
        self._malformed: list[MalformedDate] = []
        self._implausible: list[ImplausibleTime] = []
        self._untold: list[int] = []
        self._capture_offsets: list[tuple[int, int]] = []
        self._client_offsets: list[int] = []

    def look_at(self, exchange: Exchange, operation: Operation, response: Message) -> None:
        """Take the times of one exchange."""
        server_ns = _server_ns(response) if operation.answered_by_oss else None
        elapsed_ns = 0
        if exchange.request is not None:
            elapsed_ns = max(0, response.ts_ns - exchange.request.ts_ns)
        is_plausible = server_ns is not None and server_ns >= EARLIEST_SERVER_NS
        if server_ns is not None and is_plausible:
            self._capture_offsets.append((_distance(server_ns, response.ts_ns - elapsed_ns, response.ts_ns), exchange.id))
        if operation.answered_by_oss:
            self._check_answer(exchange, operation, response, server_ns)
        self._look_at_request(exchange, operation, response, server_ns if is_plausible else None, elapsed_ns)

    def _look_at_request(
        self, exchange: Exchange, operation: Operation, response: Message, server_ns: int | None, elapsed_ns: int
    ) -> None:
        request, signature = exchange.request, operation.signature
        is_refused = response.status >= 400 and is_refused_for_time(operation)
        is_signed = signature is not None and signature.scheme in _HEADER_SCHEMES
        if request is None or not (is_signed or is_refused):
            if is_refused:
                self._leave_open(exchange)
            return
        found = _signed_time(request)
        signed_ns = None if found is None else parse_date(found[2].strip())
        if not is_refused and found is not None and signed_ns is None:
            self._add_malformed(exchange, operation, response, found)
            return
        if signed_ns is not None and server_ns is not None and not is_refused:
            offset_ns = -_distance(signed_ns, server_ns - elapsed_ns, server_ns) * -1
            self._client_offsets.append(offset_ns)
            if -NOTABLE_NS < offset_ns < NOTABLE_NS:
                return
            self._add_noticed(exchange, operation, response, offset_ns)
        elif is_refused:
            if found is not None and signed_ns is None:
                self._add_malformed(exchange, operation, response, found)
            self._add_refused(exchange, operation, response, signed_ns, server_ns)

    def _add_noticed(self, exchange: Exchange, operation: Operation, response: Message, offset_ns: int) -> None:
        """Keep an offset that the server did not complain of, unless its silence proves that it cannot be."""
        signed, server = _seen_signed(exchange), _seen_date(response)
        if signed is None or server is None:
            return
        status = response.status
        is_beyond = abs(offset_ns) > MAX_CLOCK_SKEW_NS
        if is_beyond and status < 400 and abs(offset_ns) > MAX_CLOCK_SKEW_NS + PROOF_MARGIN_NS:
            # OSS refuses what is signed more than 15 minutes off its clock; it took this, so its clock said otherwise.
            if len(self._implausible) < MAX_LISTED:
                reason = "lies more than 15 minutes off the time of a signed request that OSS accepted"
                self._implausible.append(ImplausibleTime(exchange.id, server, reason, f"close to {signed.value}"))
            return
        # An answer without a document (HEAD) that refuses a request which is that far off has one likely reason.
        is_silent_refusal = is_beyond and status == 403 and operation.error is None
        refusal = Refusal.SKEWED if is_silent_refusal else Refusal.NONE
        is_stated = is_silent_refusal and operation.ec == _SKEW_EC
        self._add(exchange, operation, ClockReading(exchange.id, offset_ns, refusal, is_stated, signed, server))

    def _add_refused(
        self, exchange: Exchange, operation: Operation, response: Message, signed_ns: int | None, server_ns: int | None
    ) -> None:
        """Keep a reading of a request that the server refused for its time."""
        fields = {} if operation.error is None else operation.error.fields
        requested, stated = fields.get("RequestTime"), fields.get("ServerTime")
        requested_ns = None if requested is None else parse_stated_time(requested.value)
        stated_ns = None if stated is None else parse_stated_time(stated.value)
        signed, server = _seen_signed(exchange), stated if stated_ns is not None else _seen_date(response)
        begun_ns, ended_ns = (requested_ns, stated_ns)
        if begun_ns is None:
            begun_ns = signed_ns
        if ended_ns is None:
            ended_ns = server_ns
        told = signed if signed is not None else requested
        if begun_ns is None or ended_ns is None or told is None or server is None:
            self._leave_open(exchange)
            return
        offset_ns = begun_ns - ended_ns
        if not _is_skew(operation) and _same_day(begun_ns, ended_ns):
            return  # the date of the credential is at odds with that of the request: no fault of a clock
        corrected_by = self._correction(exchange, begun_ns)
        refusal = Refusal.SKEWED if corrected_by is None else Refusal.CORRECTED
        self._add(
            exchange,
            operation,
            ClockReading(exchange.id, offset_ns, refusal, True, told, server, requested, corrected_by),
        )

    def _correction(self, exchange: Exchange, begun_ns: int) -> int | None:
        """Return the exchange that repeats a refused request at once, with another time and with success."""
        request = exchange.request
        if request is None:
            return None
        start = exchange.id + 1
        for later in self._exchanges[start : start + RETRY_LOOKAHEAD]:
            again = later.request
            if again is None or again.ts_ns - request.ts_ns > RETRY_WINDOW_NS:
                continue
            if (again.method, again.target) != (request.method, request.target):
                continue
            found = _signed_time(again)
            repeated_ns = None if found is None else parse_date(found[2].strip())
            if repeated_ns is None or abs(repeated_ns - begun_ns) < NOTABLE_NS or later.operation is None:
                continue
            if later.status is not None and not is_refused_for_time(later.operation):
                return later.id
        return None

    def _add(self, exchange: Exchange, operation: Operation, reading: ClockReading) -> None:
        zone = zone_minutes(reading.offset_ns)
        is_far = abs(reading.offset_ns) >= PROOF_MARGIN_NS
        key = (_client_of(operation, exchange), zone, reading.refusal, reading.offset_ns < 0, is_far)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= MAX_CLIENTS:
                key = ("others", *key[1:])
            group = self._groups.setdefault(key, _Group())
        group.add(reading)

    def _add_malformed(
        self, exchange: Exchange, operation: Operation, response: Message, found: "re.Match[bytes]"
    ) -> None:
        date = _seen_signed(exchange)
        if date is None or len(self._malformed) >= MAX_LISTED:
            return
        error = operation.error
        is_refused = response.status >= 400 and (is_refused_for_date(operation) or is_refused_for_time(operation))
        is_accepted = operation.answered_by_oss and (
            response.status < 400 or (error is not None and not is_refused and not _may_hide_date_check(error))
        )
        self._malformed.append(
            MalformedDate(
                exchange.id, date, fault_of(date.value), is_refused, is_accepted, _seen_date(response, well_formed=True)
            )
        )
        del found

    def _check_answer(
        self, exchange: Exchange, operation: Operation, response: Message, server_ns: int | None
    ) -> None:
        """Keep times that OSS's own clock cannot have stated."""
        if server_ns is not None and server_ns < EARLIEST_SERVER_NS:
            seen = _seen_date(response)
            if seen is not None and len(self._implausible) < MAX_LISTED:
                reason = "lies before OSS existed"
                self._implausible.append(ImplausibleTime(exchange.id, seen, reason, "the present time"))
        took_ms = operation.server_time_ms
        if took_ms is None or took_ms >= MAX_SERVER_TIME_MS:
            raw = response.raw_head
            if took_ms is None and b"x-oss-server-time" not in raw and b"X-Oss-Server-Time" not in raw:
                return
            line = response.fields().first("x-oss-server-time")
            if line is not None and line.raw_value and len(self._implausible) < MAX_LISTED:
                reason = "is no duration in milliseconds that a request can take"
                self._implausible.append(
                    ImplausibleTime(exchange.id, response.seen(line), reason, "milliseconds that OSS worked")
                )

    def _leave_open(self, exchange: Exchange) -> None:
        if len(self._untold) < MAX_LISTED:
            self._untold.append(exchange.id)

    def result(self) -> Clocks | None:
        """Return what was found."""
        clients = tuple(
            ClientClock(
                key[0],
                key[1],
                key[2],
                group.readings[0].offset_ns,
                group.least_ns,
                group.most_ns,
                tuple(group.readings),
                tuple(group.exchanges),
            )
            for key, group in self._groups.items()
        )
        capture = self._capture_clock()
        if capture is None and not (clients or self._malformed or self._implausible or self._untold):
            return None
        return Clocks(clients, tuple(self._malformed), tuple(self._implausible), tuple(self._untold), capture)

    def _capture_clock(self) -> CaptureClock | None:
        if not self._capture_offsets:
            return None
        ordered = sorted(self._capture_offsets)
        median_ns, example = ordered[len(ordered) // 2]
        agreeing = sum(1 for offset_ns, _ in ordered if abs(offset_ns - median_ns) <= NOTABLE_NS)
        response = self._exchanges[example].response
        date = None if response is None else _seen_date(response)
        if date is None:
            return None
        clients = sorted(self._client_offsets)
        client_ns = clients[len(clients) // 2] if clients else None
        return CaptureClock(-median_ns, len(ordered), agreeing, example, date, client_ns)
