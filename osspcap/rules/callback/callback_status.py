"""CBK002 callback-status: the application answers OSS's callback with another status than 200."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, Callbacks, CallbackStatement
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, Legs, curl_step, legs_of


class CallbackStatus(CaptureRule):
    """The application answers OSS's callback with another status than 200.

    ## What it finds
    Callbacks that the application answered with anything but 200, other 2xx and redirects included. In a capture taken
    at the client: 203 CallbackFailed with the message "Error status : N".

    ## Why it matters
    OSS takes every status but 200 for a failure and answers the upload with 203 CallbackFailed. It neither follows
    redirects nor tries again. The object is stored all the same.

    ## How it decides
    Captured at the application: the status of its answer. Captured at the client: the status that OSS quotes. Where
    both legs are in the capture they are joined by the request ID.

    ## False alarms
    None. A status of 502 that OSS quotes may be made by OSS where it could not speak with the application.
    """

    code = "CBK002"
    name = "callback-status"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "Answer the callback with 200 and JSON.",
        "Look for the request in the logs of the web server and of the application, by the request ID.",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each callback; those of one application with one status become one."""
        for legs in legs_of(dissection, CallbackCause.STATUS):
            status = _status(legs)
            seen = "" if legs.case.fault is None else f"{legs.case.fault.reason} instead of 200"
            stated = f"{status} instead of" if status is not None else "another status than"
            yield self.finding(
                legs.summary(seen, f"the application answers {stated} 200"),
                *legs.evidence(),
                explanation=f"{_meaning(legs, status)} {legs.consequence}".strip(),
                exchanges=legs.exchanges,
                severity=legs.severity,
                fix=(*_steps(legs, status), curl_step(legs), *self.fix),
                cause=f"{legs.target} {status}",
            )


def _status(legs: Legs) -> int | None:
    if legs.callback is not None and legs.case.fault is not None:
        return legs.callback.status
    statement = None if legs.upload is None else legs.upload.facts.get(CallbackStatement)
    return None if statement is None else statement.status


def _meaning(legs: Legs, status: int | None) -> str:
    """Return what a status says about the application."""
    match status:
        case None:
            return "OSS does not quote the status."
        case 502 if legs.case.fault is None:
            return (
                "502 means that no web service answered: it does not run, nothing listens on the port, or the network"
                " between OSS and the application is closed. With https it also means that the wrong certificate came."
            )
        case _ if 300 <= status < 400:
            return "OSS does not follow redirects; the final URL has to stand in callbackUrl."
        case 401 | 403:
            return (
                "The application, or a firewall in front of it, refuses the caller: OSS brings no login and no cookie."
            )
        case 404 | 405:
            return "The path of callbackUrl does not exist in the application, or takes no POST."
        case _ if 200 <= status < 300:
            return "Other 2xx than 200 count as failures as well."
        case _ if status >= 500:
            return "The application, or the gateway in front of it, failed while it worked on the callback."
        case _:
            return "The application refuses the request."


def _steps(legs: Legs, status: int | None) -> Iterator[str]:
    """Yield what to do about a status."""
    if status is None:
        return
    if 300 <= status < 400:
        location = _location(legs)
        where = f" ({location})" if location else ""
        yield f"Put the URL that the redirect leads to{where} into callbackUrl; mind https and the slash at the end."
    elif status in {401, 403}:
        yield "Exempt the callback's path from login, CSRF protection and IP lists; verify OSS's signature instead."
    elif status in {404, 405}:
        yield "Compare the path of callbackUrl with the routes of the application; the route must take POST."
    elif status == 502 and _lacks_sni(legs):
        yield (
            'Set "callbackSNI": true in the callback parameters: without it OSS sends no server name, and a server'
            " with several certificates presents the wrong one."
        )
    if status in {502, 503, 504}:
        yield "See that the web service runs, listens on the port of callbackUrl and is open to OSS's network."


def _location(legs: Legs) -> str:
    """Return where a redirect leads, without its query."""
    response = None if legs.callback is None else legs.callback.response
    return "" if response is None else response.fields().get("location").partition("?")[0][:120]


def _lacks_sni(legs: Legs) -> bool:
    asked = legs.asked
    return asked is not None and not asked.has_sni and any(target.is_https for target in asked.targets)
