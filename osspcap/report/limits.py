"""How much of a finding the reports for people show; the JSON report holds all."""

MAX_EVIDENCE = 12
"""Facts shown with one finding."""
MAX_VALUE = 1_200
"""Characters shown of one value: a string to sign with all its headers."""
MAX_REQUEST_IDS = 8
"""Request IDs shown with one finding."""
MAX_UNDECIDED = 12
"""Things that could not be decided."""
