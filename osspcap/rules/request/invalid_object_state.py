"""REQ015 invalid-object-state: the object is archived and must be restored first."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.neighbours import Neighbours, stated_by
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import shortened

STORAGE_CLASS, RESTORE = "x-oss-storage-class", "x-oss-restore"
ONGOING = 'ongoing-request="true"'
MAX_CLASS_CHARS = 40
"""Of a storage class inside a sentence."""


class InvalidObjectState(StatedErrorRule):
    """The object is archived and must be restored first.

    ## What it finds
    Requests that OSS answered with 403 InvalidObjectState.

    ## Why it matters
    Objects of the classes Archive, Cold Archive and Deep Cold Archive cannot be read, copied or processed before they
    are restored, whatever the permissions. A lifecycle rule may have moved them there. A restored copy stays readable
    for the days that RestoreObject asked for.

    ## How it decides
    OSS states the error code. The storage class comes from the error document, the answer's headers or another answer
    for the object in this capture, such as HeadObject; so does whether a restoration is under way.

    ## False alarms
    None; the status 403 has nothing to do with permissions here.
    """

    code = "REQ015"
    name = "invalid-object-state"
    answers = ("InvalidObjectState",)
    statuses = (403,)
    fix = (
        (
            "Restore the object: `ossutil restore oss://BUCKET/KEY`, or `POST /KEY?restore` with "
            "`<RestoreRequest><Days>1</Days></RestoreRequest>`. Archive takes about a minute, Cold Archive hours."
        ),
        'Wait until HeadObject answers `x-oss-restore: ongoing-request="false", ...`, then read the object.',
        "To read archived objects at once, enable direct reading of Archive objects on the bucket (it costs more).",
        "Look at the bucket's lifecycle rules if the object was not meant to be archived.",
    )
    sources = ("OSS error catalogue: InvalidObjectState", "OSS API reference: RestoreObject, GetObject")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:
        """A bare 403 may be this only where another answer says that the object is archived."""
        if operation.object is None:
            return False
        known = header(exchange.response, STORAGE_CLASS)
        return known is not None and "archive" in known.value.lower()

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the storage class, and a restoration that is under way."""
        source = header(exchange.request, "x-oss-copy-source")
        known = self._known(exchange, STORAGE_CLASS) if source is None else None
        restoring = self._known(exchange, RESTORE) if source is None else None
        stated = element(error, "StorageClass") or ("" if known is None else known.observed)
        name = operation.object or ""
        if source is not None:
            name = f"{source.value} (the source of the copy)"
        told = f"object {shortened(name)} is archived and not restored"
        if stated:
            storage_class = shortened(stated, MAX_CLASS_CHARS)
            told = f"object {shortened(name)} has the storage class {storage_class} and is not restored"
        fix = None
        if restoring is not None and ONGOING in restoring.observed:
            told += ", but a restoration is under way"
            fix = self.fix[1:]
        return Telling(
            told,
            (
                *self.asked(exchange),
                *self.shown(exchange, source),
                *(item for item in (known, restoring) if item is not None),
                *self.stated(exchange, error, "StorageClass", "ObjectName"),
            ),
            fix=fix,
            confidence=Confidence.CONFIRMED if stated else Confidence.LIKELY,
            cause=f"{operation.bucket} {stated} {fix is not None}",
        )

    def _known(self, exchange: Exchange, name: str) -> Evidence | None:
        """Return what the answer, else the nearest other one, says of the object."""
        own = header(exchange.response, name)
        if own is not None and own.value:
            return self.evidence(exchange, own)
        around = exchange.facts.get(Neighbours)
        found = None if around is None else stated_by((*reversed(around.earlier), *around.later), name)
        return None if found is None else Evidence.of(found[1], stream=found[0].stream, exchange=found[0].id)
