"""Access key secrets that the user lent for one run; they never reach any output."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from osspcap.model.record import record


@record
class Secrets:
    """Secrets by access key ID, or one secret for whatever key signs."""

    by_key_id: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Access key ID to secret."""
    default: str | None = field(default=None, repr=False)
    """Secret for every access key ID that is not in `by_key_id`."""

    def get(self, access_key_id: str | None) -> str | None:
        """Return the secret to try for an access key ID; None if there is none."""
        if access_key_id is not None and access_key_id in self.by_key_id:
            return self.by_key_id[access_key_id]
        return self.default

    def __iter__(self) -> Iterator[str]:
        """Iterate over all secrets, so that a report can be searched for them."""
        yield from self.by_key_id.values()
        if self.default is not None:
            yield self.default

    def __bool__(self) -> bool:
        """Tell whether any secret was given."""
        return bool(self.by_key_id) or self.default is not None


NO_SECRETS = Secrets()
