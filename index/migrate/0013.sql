-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a mark may say is declared by the hall; it begins with what it was until now.
CREATE TABLE mark_kind (
  code TEXT PRIMARY KEY,
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('warning', 'yellow', 'red')),
  rank INTEGER NOT NULL,
  ended_us INTEGER
) WITHOUT ROWID;
INSERT INTO mark_kind VALUES ('absent', '离岗', 'absent from post', 'warning', 1, NULL);
INSERT INTO mark_kind VALUES ('attitude', '态度', 'attitude', 'warning', 2, NULL);
INSERT INTO mark_kind VALUES ('phone', '玩手机', 'on the phone', 'warning', 3, NULL);
INSERT INTO mark_kind VALUES ('dispute', '纠纷', 'dispute', 'warning', 4, NULL);
INSERT INTO mark_kind VALUES ('other', '其他', 'other', 'warning', 5, NULL);
