-- SPDX-License-Identifier: GPL-3.0-or-later
-- Layouts of the live wall.
CREATE TABLE layout (
  id         INTEGER PRIMARY KEY,
  owner_id   INTEGER REFERENCES user(id),
  name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
  body       TEXT NOT NULL,
  changed_us INTEGER NOT NULL
);
CREATE UNIQUE INDEX layout_name ON layout (coalesce(owner_id, 0), name);
