"""PST008 policy-expired: the form's policy was over when OSS got it, or states no end that OSS can read."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import FormCase, FormCause, Policy, PostForm
from osspcap.rules.post._form import NOT_CAPTURED, ROWS, FormRule, Told, whose
from osspcap.units import NS_PER_S, format_duration, format_time

HOUR_NS = 3_600 * NS_PER_S
ZONE_TOLERANCE_NS = 600 * NS_PER_S
"""How near to whole hours a policy must be over to be suspected of local time: it lives for some minutes itself."""
FIRST_SUSPECT_HOURS = 1
LAST_SUSPECT_HOURS = 12


class PolicyExpired(FormRule):
    """The form's policy was over when OSS got it, or states no end that OSS can read.

    ## What it finds
    Forms that OSS refuses because their policy expired, and policies without an expiration in the right form.

    ## Why it matters
    Whoever sends the form cannot repair it: the server that makes policies has to issue a new one, or one that lives
    longer. The clock of the client has no part in it.

    ## How it decides
    OSS says so. The expiration is decoded from the policy and held against the Date of the answer, which is OSS's own
    clock.

    ## False alarms
    None where OSS says so. An answer without a reason is told from the expiration alone, as likely.
    """

    code = "PST008"
    name = "policy-expired"
    answers = FormCause.POLICY_EXPIRED
    fix = (
        "Fetch a new policy from your server right before each upload; do not keep one in a page that stays open.",
        "Let the policy live long enough for a slow upload to begin: minutes, not seconds.",
        (
            "Write the expiration in UTC, in the form `2030-01-31T12:00:00.000Z`: from a clock that is right, and not "
            "local time with a Z behind it."
        ),
    )
    sources = (
        f"{ROWS}, row 3",
        "OSS user guide 2019 (D) 3, policy format: expiration in ISO 8601 GMT",
        "EC 0006-00000208, 0006-00000210 to 0006-00000213",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Hold the expiration against the server's clock."""
        policy, part = case.policy, None if form is None else form.likely_field("policy")
        if policy is None or part is None:
            told = f"the policy of the form {whose(exchange)} has expired"
            return Told(told, self.shape_evidence(exchange, form), NOT_CAPTURED, cause="not captured")
        if policy.expiration_fault or policy.expires_ns is None:
            fault = policy.expiration_fault or "its expiration cannot be read"
            told = f"the policy of the form {whose(exchange)} has no expiration that OSS can read: {fault}"
            return Told(told, self._shown(exchange, case, form, policy), cause=fault)
        age = None if case.used_ns is None else case.used_ns - policy.expires_ns
        told = f"the policy of the form {whose(exchange)} expired at {policy.expiration}"
        if age is not None and age >= 0:
            told += f", {format_duration(age)} before OSS got it"
        confidence = None
        if age is not None and age < 0:
            told = f"OSS says that the policy of the form {whose(exchange)} has expired ({policy.expiration})"
            confidence = Confidence.LIKELY if case.is_server_time else Confidence.POSSIBLE
        return Told(
            told,
            self._shown(exchange, case, form, policy),
            _explanation(case, age),
            confidence=confidence,
            cause="over",
        )

    def _shown(self, exchange: Exchange, case: FormCase, form: PostForm | None, policy: Policy) -> tuple[Evidence, ...]:
        part, response = None if form is None else form.likely_field("policy"), exchange.response
        shown = self.value_evidence(exchange, part)
        after = "" if case.used_ns is None else f"a time behind {format_time(case.used_ns)[:19]}Z, the time of use"
        field = "form field policy, decoded, expiration"
        shown += (
            Evidence(policy.origin.frame, exchange.stream, exchange.id, field, policy.expiration or "(none)", after),
        )
        line = None if response is None or not case.is_server_time else response.fields().first("Date")
        if response is not None and line is not None:
            shown += (self.evidence(exchange, response.seen(line)),)
        return shown


def _explanation(case: FormCase, age: int | None) -> str:
    parts = ["OSS compares the expiration with its own clock."]
    if not case.is_server_time:
        parts.append("The answer has no Date, so the time of capture was used.")
    if age is None:
        return " ".join(parts)
    if age < 0:
        parts.append("By the captured policy it was still valid, so OSS received another policy than was captured.")
        return " ".join(parts)
    hours = round(age / HOUR_NS)
    is_near = abs(age - hours * HOUR_NS) <= ZONE_TOLERANCE_NS
    if FIRST_SUSPECT_HOURS <= hours <= LAST_SUSPECT_HOURS and is_near:
        parts.append(
            f"It is over by about {hours} whole hour{'' if hours == 1 else 's'}: perhaps the server that made it wrote "
            "the local time of a zone west of Greenwich and called it UTC."
        )
    elif age < 60 * NS_PER_S:
        parts.append("It was over by seconds only: the policy lives too short, or the clock that made it is slow.")
    return " ".join(parts)
