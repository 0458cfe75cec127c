"""Tables of the store, as steps: the schema version is the number of steps done, and an older store takes the rest.

Keys are the same in every run (a capture's number is made from its path), so that two stores with the same results
hold the same rows, whatever the order in which captures were done.
"""

APPLICATION_ID = 0x6F737370
"""`ossp`, in the file's header: tells a store from other SQLite databases."""

_FIRST = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,         -- 63 bits of the SHA-256 of the absolute path
    path TEXT NOT NULL,             -- as given; odd characters escaped
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    etag TEXT NOT NULL,             -- version of a remote object
    sha256 TEXT NOT NULL,
    tool TEXT NOT NULL,             -- version of osspcap
    rule_set TEXT NOT NULL,
    state TEXT NOT NULL,            -- done, unreadable, changed, too-large, timeout, memory, crashed, defect
    reason TEXT NOT NULL,
    seconds REAL NOT NULL,
    worst TEXT NOT NULL,            -- error, warning, info; empty without findings
    report TEXT NOT NULL,           -- file beside index.html; empty if there is none
    format TEXT, compression TEXT, packets INTEGER, bytes INTEGER, connections INTEGER, exchanges INTEGER,
    oss_exchanges INTEGER, first_ns INTEGER, last_ns INTEGER, errors INTEGER, warnings INTEGER, infos INTEGER,
    undecided INTEGER, verdict TEXT, lacks TEXT, left_out INTEGER
);
CREATE TABLE findings (
    capture INTEGER NOT NULL REFERENCES captures ON DELETE CASCADE,
    number INTEGER NOT NULL,        -- as the report orders them, from 0
    rule TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, severity TEXT NOT NULL, confidence TEXT NOT NULL,
    summary TEXT NOT NULL, explanation TEXT NOT NULL,
    fix TEXT NOT NULL,              -- JSON list of steps
    occurrences INTEGER NOT NULL, filter TEXT NOT NULL,
    PRIMARY KEY (capture, number)
) WITHOUT ROWID;
CREATE TABLE places (               -- where a finding was seen
    capture INTEGER NOT NULL, finding INTEGER NOT NULL, number INTEGER NOT NULL,
    endpoint TEXT NOT NULL, bucket TEXT NOT NULL, sdk TEXT NOT NULL,
    occurrences INTEGER NOT NULL, first_ns INTEGER, last_ns INTEGER,
    exchange INTEGER, frame INTEGER NOT NULL, request_id TEXT NOT NULL,
    PRIMARY KEY (capture, finding, number),
    FOREIGN KEY (capture, finding) REFERENCES findings ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE evidence (
    capture INTEGER NOT NULL, finding INTEGER NOT NULL, number INTEGER NOT NULL,
    frame INTEGER NOT NULL, stream INTEGER, exchange INTEGER,
    field TEXT NOT NULL, observed TEXT NOT NULL, expected TEXT NOT NULL,
    PRIMARY KEY (capture, finding, number),
    FOREIGN KEY (capture, finding) REFERENCES findings ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE exchanges (            -- those that failed, or that an error or a warning is about
    capture INTEGER NOT NULL REFERENCES captures ON DELETE CASCADE,
    id INTEGER NOT NULL, stream INTEGER NOT NULL, frame INTEGER NOT NULL, start_ns INTEGER NOT NULL,
    method TEXT NOT NULL, place TEXT NOT NULL, status INTEGER, code TEXT NOT NULL, request_id TEXT NOT NULL,
    operation TEXT NOT NULL, endpoint TEXT NOT NULL, bucket TEXT NOT NULL, sdk TEXT NOT NULL,
    PRIMARY KEY (capture, id)
) WITHOUT ROWID;
CREATE TABLE request_ids (          -- of all exchanges
    request_id TEXT NOT NULL, capture INTEGER NOT NULL REFERENCES captures ON DELETE CASCADE,
    exchange INTEGER NOT NULL, frame INTEGER NOT NULL,
    PRIMARY KEY (request_id, capture, exchange)
) WITHOUT ROWID;
CREATE INDEX request_ids_of_capture ON request_ids (capture);
CREATE INDEX findings_by_rule ON findings (rule);
CREATE INDEX places_by_bucket ON places (bucket);
CREATE INDEX exchanges_by_bucket ON exchanges (bucket);
CREATE INDEX exchanges_by_code ON exchanges (code);
"""

STEPS: tuple[str, ...] = (_FIRST,)
"""One SQL script for each schema version; a released step is never changed, new ones are added behind it."""

TABLES = ("captures", "findings", "places", "evidence", "exchanges", "request_ids")
