-- SPDX-License-Identifier: GPL-3.0-or-later
-- Accounts: limits to places, second factors, reasons for looking, sessions by role, tokens that end.
ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
ALTER TABLE user ADD COLUMN limited INTEGER NOT NULL DEFAULT 0 CHECK (limited IN (0, 1));
CREATE TABLE user_scope (
  user_id  INTEGER NOT NULL REFERENCES user(id),
  place_id INTEGER NOT NULL REFERENCES place(id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, place_id)
) WITHOUT ROWID;
CREATE TABLE user_totp (
  user_id      INTEGER PRIMARY KEY REFERENCES user(id),
  secret       BLOB NOT NULL,
  confirmed_us INTEGER,
  last_step    INTEGER NOT NULL
);
CREATE TABLE recovery_code (
  user_id     INTEGER NOT NULL REFERENCES user(id),
  code_sha256 BLOB NOT NULL,
  used_us     INTEGER,
  PRIMARY KEY (user_id, code_sha256)
) WITHOUT ROWID;
ALTER TABLE login ADD COLUMN ends_us INTEGER NOT NULL DEFAULT 9223372036854775807;
CREATE TABLE login_rule (
  role       TEXT PRIMARY KEY,
  idle_us    INTEGER NOT NULL CHECK (idle_us > 0),
  longest_us INTEGER NOT NULL CHECK (longest_us >= idle_us)
) WITHOUT ROWID;
INSERT INTO login_rule VALUES ('operator', 43200000000, 50400000000);
INSERT INTO login_rule VALUES ('investigator', 3600000000, 43200000000);
INSERT INTO login_rule VALUES ('supervisor', 3600000000, 43200000000);
INSERT INTO login_rule VALUES ('auditor', 1800000000, 43200000000);
INSERT INTO login_rule VALUES ('sysadmin', 1800000000, 43200000000);
INSERT INTO login_rule VALUES ('secadmin', 1800000000, 43200000000);
CREATE TABLE view_reason (
  id           INTEGER PRIMARY KEY,
  login_sha256 BLOB NOT NULL REFERENCES login(token_sha256) ON DELETE CASCADE,
  kind         TEXT NOT NULL CHECK (kind IN ('ticket', 'approval', 'session', 'place', 'camera')),
  ref_id       INTEGER NOT NULL,
  object       TEXT NOT NULL,
  day          INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  case_no      TEXT NOT NULL,
  given_us     INTEGER NOT NULL
);
CREATE INDEX view_reason_login ON view_reason (login_sha256);
ALTER TABLE api_token ADD COLUMN used_us INTEGER;
ALTER TABLE api_token ADD COLUMN expires_us INTEGER;
