import type { Database } from 'better-sqlite3'

/** Marks the file as ours: `KEEL` in ASCII. */
export const APPLICATION_ID = 0x4b45454c

/**
 * The tables, one text per version of the database; a database is brought up to date by running those it lacks. What is
 * released is never changed, only followed by another.
 *
 * Numbers stand for names (asset, check, batch, action), since the same few names come a million times. `asset` 0 is the
 * ledger itself, `check_id` 0 an entry about no single check. Times are milliseconds since 1970.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE asset (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, uuid TEXT, name TEXT, given_name TEXT, platform TEXT, os TEXT, osquery TEXT,
  owner_name TEXT, owner_email TEXT, team TEXT, company TEXT, labels TEXT NOT NULL DEFAULT '[]',
  first_seen INTEGER NOT NULL, sequence INTEGER NOT NULL DEFAULT 0, baseline INTEGER,
  UNIQUE (tenant, uuid)
);

CREATE TABLE check_name (id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, UNIQUE (tenant, name));
CREATE TABLE former_name (tenant INTEGER NOT NULL DEFAULT 0, name TEXT, check_id INTEGER, PRIMARY KEY (tenant, name, check_id)) WITHOUT ROWID;
CREATE TABLE action_name (id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, UNIQUE (tenant, name));
CREATE TABLE batch_name (id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, UNIQUE (tenant, name));

CREATE TABLE definition (digest TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
-- A check as it was asked: its version, its definition, and how often (seconds; 0 by hand).
CREATE TABLE edition (
  id INTEGER PRIMARY KEY, check_id INTEGER NOT NULL, version TEXT NOT NULL, definition TEXT NOT NULL, period INTEGER NOT NULL,
  UNIQUE (check_id, version, definition, period)
);

CREATE TABLE batch (
  asset INTEGER, batch INTEGER, digest BLOB, seen INTEGER NOT NULL, refresh INTEGER NOT NULL,
  PRIMARY KEY (asset, batch)
) WITHOUT ROWID;
CREATE TABLE check_state (
  asset INTEGER, check_id INTEGER, verdict INTEGER, since INTEGER NOT NULL, edition INTEGER NOT NULL, batch INTEGER NOT NULL,
  entry INTEGER NOT NULL, evidence_at INTEGER NOT NULL, evidence_tag INTEGER NOT NULL,
  inability_since INTEGER, inability_reason TEXT, removed INTEGER,
  PRIMARY KEY (asset, check_id)
) WITHOUT ROWID;
-- Evidence newer than the entry's, where it differs.
CREATE TABLE evidence (asset INTEGER, check_id INTEGER, body TEXT NOT NULL, PRIMARY KEY (asset, check_id)) WITHOUT ROWID;
CREATE TABLE gap (asset INTEGER, check_id INTEGER, until INTEGER, since INTEGER NOT NULL, PRIMARY KEY (asset, check_id, until)) WITHOUT ROWID;

-- The ledger. \`valid\` is \`observed\`, or earlier: the time to which the asset's clock was set back afterwards.
CREATE TABLE entry (
  sequence INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, asset INTEGER NOT NULL, asset_sequence INTEGER NOT NULL,
  check_id INTEGER NOT NULL, action INTEGER NOT NULL, level INTEGER NOT NULL, observed INTEGER NOT NULL,
  recorded INTEGER NOT NULL, valid INTEGER, digest BLOB NOT NULL, hash BLOB NOT NULL
);
CREATE INDEX entry_by_time ON entry (tenant, observed);
CREATE INDEX entry_by_check ON entry (asset, check_id, valid);
CREATE INDEX entry_by_kind ON entry (action, level);
-- The event as JSON text, or deflated where it is long. Gone when it was pruned or erased; the chain stands without it.
CREATE TABLE payload (sequence INTEGER PRIMARY KEY, body NOT NULL);

INSERT INTO asset (id, uuid, first_seen) VALUES (0, NULL, 0);
-- A random UUID (version 4) names the ledger among all.
INSERT INTO setting SELECT 'ledger', lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)),
  substr(hex(randomblob(2)), 2), substr('89ab', 1 + abs(random() % 4), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6))));
`,
  `
-- How far each sink has come. A sink's \`cursor\`: every entry up to it is settled, or belongs to a parked asset.
CREATE TABLE sink (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, cursor INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER, failure TEXT, failed_at INTEGER,
  delivered_at INTEGER, delivered INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, name)
);
CREATE TABLE sink_parked (
  sink INTEGER, asset INTEGER, sequence INTEGER NOT NULL, attempts INTEGER NOT NULL, next_try INTEGER NOT NULL,
  failure TEXT NOT NULL, PRIMARY KEY (sink, asset)
) WITHOUT ROWID;
-- What a sink refused for good, and what was never meant for it.
CREATE TABLE sink_dead (sink INTEGER, sequence INTEGER, at INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (sink, sequence)) WITHOUT ROWID;
CREATE TABLE sink_suppressed (sink INTEGER, sequence INTEGER, reason TEXT NOT NULL, PRIMARY KEY (sink, sequence)) WITHOUT ROWID;
-- Failures that a sink was told of, and whose end it must hear of.
CREATE TABLE sink_owed (sink INTEGER, asset INTEGER, check_id INTEGER, PRIMARY KEY (sink, asset, check_id)) WITHOUT ROWID;
-- Set at run time: which events no sink is given (JSON), and which are alarms.
CREATE TABLE event_filter (id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, filter TEXT NOT NULL, UNIQUE (tenant, filter));
CREATE TABLE alarm_filter (tenant INTEGER NOT NULL DEFAULT 0, action TEXT, level INTEGER NOT NULL, PRIMARY KEY (tenant, action)) WITHOUT ROWID;
-- What the governor of a sink remembers. It has decided what is sent up to \`governed\`, and of a parked asset up to
-- \`passes\`; up to \`alarm\` nothing of the asset is held back. Up to \`looked\` no alarm waits.
CREATE TABLE sink_governor (sink INTEGER PRIMARY KEY, governed INTEGER NOT NULL, looked INTEGER NOT NULL);
CREATE TABLE sink_lane (sink INTEGER, asset INTEGER, passes INTEGER NOT NULL, alarm INTEGER NOT NULL, PRIMARY KEY (sink, asset)) WITHOUT ROWID;
-- What a sink was told last, where something else holds; null: nothing.
CREATE TABLE sink_belief (
  sink INTEGER, asset INTEGER, check_id INTEGER, told INTEGER, left_out INTEGER NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (sink, asset, check_id)
) WITHOUT ROWID;
-- Transitions of a check (0: of all) since a time, what was left out of them, and what is to be told of that.
CREATE TABLE sink_tally (
  sink INTEGER, check_id INTEGER, start INTEGER NOT NULL, count INTEGER NOT NULL, open INTEGER NOT NULL, first TEXT,
  PRIMARY KEY (sink, check_id)
) WITHOUT ROWID;
CREATE TABLE sink_left_out (
  sink INTEGER, tally INTEGER, asset INTEGER, check_id INTEGER, transitions INTEGER NOT NULL,
  PRIMARY KEY (sink, tally, asset, check_id)
) WITHOUT ROWID;
CREATE TABLE sink_summary (sink INTEGER, uuid TEXT, at INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (sink, uuid)) WITHOUT ROWID;
CREATE TABLE sink_standing (
  sink INTEGER, uuid TEXT, asset INTEGER, check_id INTEGER, verdict INTEGER NOT NULL,
  PRIMARY KEY (sink, uuid, asset, check_id)
) WITHOUT ROWID;
`,
  `
-- Waivers and attestations that were given by commands: \`body\` is JSON, \`name\` what people call it. One that was taken
-- back stays, since it held until then.
CREATE TABLE acceptance (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL DEFAULT 0, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  given_at INTEGER NOT NULL, given_by TEXT NOT NULL, revoked_at INTEGER, revoked_by TEXT, revocation TEXT,
  UNIQUE (tenant, kind, name)
);
-- Which ends were told of, also of what stands in files: each once, by what it is called and when it ends.
CREATE TABLE acceptance_notice (
  tenant INTEGER NOT NULL DEFAULT 0, kind TEXT, name TEXT, ends INTEGER, stage TEXT, PRIMARY KEY (tenant, kind, name, ends, stage)
) WITHOUT ROWID;
`,
]

export const LATEST = MIGRATIONS.length

/** Brings a database up to date, all of it or nothing. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version >= migrations.length) return
  db.transaction(() => {
    // Another process may have done it meanwhile.
    const now = db.pragma('user_version', { simple: true }) as number
    if (now >= migrations.length) return
    for (const statements of migrations.slice(now)) db.exec(statements)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${migrations.length}`)
  }).exclusive()
}
