"""The schema: every table there is, as numbered migrations; a migration that was released is never changed in meaning.

Tables are STRICT and say in CHECKs what may be in them. Where rows are written by the thousand a CHECK says OR and not
IN: of an IN list SQLite makes a table for each row, which was a third of what a change of state cost. Which room's SQL
reads and writes which table is told in docs/internals.md.
"""

import sqlite3

from sqlite_utils import Database, Migrations

migrations = Migrations("pscb-mail")


def _make(db: Database, script: str) -> None:
    """Execute each statement of a script; its lines end where statements do.

    The library looks for the end of a statement anew at each character: that took longer than all the rest of the first
    command in a new workspace.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.conn.execute(statement)
            statement = ""


@migrations()
def m0001_people(db: Database) -> None:
    """The list, its changes and its history; `recipient` is what other rooms may read of it."""
    _make(
        db,
        """
        CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE change (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            author TEXT NOT NULL,
            command TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            undoes INTEGER REFERENCES change(number)
        ) STRICT;

        CREATE TABLE subscriber (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            address TEXT NOT NULL,
            address_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL DEFAULT '',
            organisation TEXT NOT NULL DEFAULT '',
            role TEXT NOT NULL DEFAULT '',
            status TEXT NOT NULL CHECK (status = 'active' OR status = 'pending' OR status = 'opted_out'
                OR status = 'bounced' OR status = 'removed'),
            since TEXT NOT NULL,
            source TEXT NOT NULL DEFAULT '',
            basis TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX subscriber_by_status ON subscriber(status, id);

        CREATE TABLE membership (
            subscriber INTEGER NOT NULL REFERENCES subscriber(id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY (subscriber, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX membership_by_name ON membership(name, subscriber);

        -- One row a person and change: the person before and after, as JSON. No foreign key to the person: the
        -- history outlives an addition that was undone.
        CREATE TABLE history (
            id INTEGER PRIMARY KEY,
            change INTEGER NOT NULL REFERENCES change(number),
            subscriber INTEGER NOT NULL,
            before TEXT,
            after TEXT,
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT;
        CREATE INDEX history_by_subscriber ON history(subscriber, id);
        CREATE INDEX history_by_change ON history(change);
        -- Whoever is being forgotten stands here for the length of one transaction: only their rows may be deleted,
        -- and only meanwhile may words about them be taken out of others'.
        CREATE TABLE forgetting (subscriber INTEGER PRIMARY KEY) STRICT;
        CREATE TRIGGER history_is_append_only BEFORE UPDATE ON history WHEN NOT EXISTS (SELECT 1 FROM forgetting)
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
        CREATE TRIGGER history_is_kept BEFORE DELETE ON history
            WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE subscriber = OLD.subscriber)
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

        -- Keyed hashes of addresses that must not come back; nothing else is kept of their owners.
        CREATE TABLE forgotten (hash TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE VIEW recipient AS
            SELECT id, address, name, organisation, role FROM subscriber WHERE status = 'active';
    """,
    )


@migrations()
def m0002_sending(db: Database) -> None:
    """Mailings, frozen editions, one delivery a person, every attempt."""
    _make(
        db,
        """
        CREATE TABLE mailing (
            issue TEXT PRIMARY KEY,
            audience TEXT NOT NULL,
            started_at TEXT NOT NULL,
            cancelled_at TEXT
        ) STRICT;

        CREATE TABLE edition (
            id INTEGER PRIMARY KEY,
            issue TEXT NOT NULL REFERENCES mailing(issue),
            number INTEGER NOT NULL,
            digest TEXT NOT NULL,
            subject TEXT NOT NULL,
            content TEXT NOT NULL,
            frozen_at TEXT NOT NULL,
            UNIQUE (issue, number)
        ) STRICT;

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            issue TEXT NOT NULL REFERENCES mailing(issue),
            -- NULL: the person was forgotten; that a copy went out stays true.
            subscriber INTEGER REFERENCES subscriber(id),
            edition INTEGER NOT NULL REFERENCES edition(id),
            reference TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state = 'queued' OR state = 'in_flight' OR state = 'sent' OR state = 'deferred'
                OR state = 'refused' OR state = 'unknown' OR state = 'skipped'),
            address TEXT NOT NULL,
            dated TEXT,
            due_at TEXT,
            tries INTEGER NOT NULL DEFAULT 0,
            first_tried_at TEXT,
            at TEXT NOT NULL,
            UNIQUE (issue, subscriber)
        ) STRICT;
        CREATE INDEX delivery_by_state ON delivery(issue, state, due_at, id);
        CREATE INDEX delivery_by_subscriber ON delivery(subscriber);

        -- Every try to hand a copy to a relay. No delivery: a test copy, which counts for the pace all the same.
        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            delivery INTEGER REFERENCES delivery(id),
            issue TEXT NOT NULL,
            address TEXT NOT NULL,
            relay TEXT NOT NULL,
            started_at TEXT NOT NULL,
            ended_at TEXT,
            verdict TEXT,
            code INTEGER,
            reply TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX attempt_by_delivery ON attempt(delivery, id);

        -- Other Message-IDs under which a copy is known: servers rewrite them.
        CREATE TABLE alias (
            message_id TEXT PRIMARY KEY,
            delivery INTEGER NOT NULL REFERENCES delivery(id)
        ) STRICT;
    """,
    )


@migrations()
def m0003_mailbox(db: Database) -> None:
    """What was read, what it was found to be, and the answers still to be sent."""
    _make(
        db,
        """
        -- `key`: SHA-256 of the message as `incoming` normalises it; a message handled once is never handled again.
        -- `source` is kept only where something was found. `to_file`: it belongs into the folder for handled mail.
        CREATE TABLE incoming (
            key TEXT PRIMARY KEY,
            source TEXT NOT NULL DEFAULT '',
            read_at TEXT NOT NULL,
            to_file INTEGER NOT NULL DEFAULT 0 CHECK (to_file IN (0, 1)),
            filed_at TEXT
        ) STRICT;

        CREATE TABLE finding (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            incoming TEXT NOT NULL REFERENCES incoming(key),
            finding TEXT NOT NULL CHECK (finding IN ('urgent', 'opt_out', 'subscribe', 'address_change', 'left', 'away',
                'bounce', 'complaint', 'automatic', 'question', 'unreadable', 'unrelated')),
            action TEXT NOT NULL CHECK (action IN
                ('opted_out', 'bounced', 'counted', 'review', 'asked', 'filed', 'left', 'resubscribed')),
            -- `address`: whom it is about; `named`, `name`: whom it names (a colleague, a new address, a successor).
            address TEXT NOT NULL DEFAULT '',
            named TEXT NOT NULL DEFAULT '',
            name TEXT NOT NULL DEFAULT '',
            severity TEXT CHECK (severity IN ('permanent', 'temporary', 'delayed', 'ours')),
            status TEXT,
            evidence TEXT NOT NULL DEFAULT '',
            proposal TEXT NOT NULL DEFAULT '',
            -- No foreign key to the person: like the history, a finding outlives an addition that was undone.
            subscriber INTEGER,
            delivery INTEGER REFERENCES delivery(id),
            change INTEGER REFERENCES change(number),
            review TEXT CHECK (review IN ('open', 'accepted', 'dismissed')),
            accepted_by INTEGER REFERENCES change(number),
            at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX finding_by_incoming ON finding(incoming);
        CREATE INDEX finding_by_subscriber ON finding(subscriber);
        CREATE INDEX finding_by_delivery ON finding(delivery);
        CREATE INDEX finding_in_review ON finding(number) WHERE review IS NOT NULL;

        -- Answers commit with the act they speak of and leave afterwards. `in_flight` commits before the first byte:
        -- one that a dead process left there is in doubt and never sent again.
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            finding INTEGER REFERENCES finding(number),
            subscriber INTEGER,
            kind TEXT NOT NULL,
            message_id TEXT NOT NULL UNIQUE,
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            in_reply_to TEXT NOT NULL DEFAULT '',
            trail TEXT NOT NULL DEFAULT '',
            written_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'in_flight', 'sent', 'refused', 'unknown')),
            claimed_at TEXT,
            settled_at TEXT,
            reply TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX outbox_by_state ON outbox(state, id);
        CREATE INDEX outbox_by_subscriber ON outbox(subscriber, written_at);

        CREATE TABLE reading (
            source TEXT PRIMARY KEY,
            uidvalidity INTEGER,
            last_uid INTEGER,
            at TEXT NOT NULL
        ) STRICT;
    """,
    )


@migrations()
def m0004_filing(db: Database) -> None:
    """When a message was filed is kept no more: nobody asked, and each answer cost a write of its own to the disk.

    A message that is still in the inbox is known by its key, and filed then (`to_file`).
    """
    _make(db, "ALTER TABLE incoming DROP COLUMN filed_at;")
