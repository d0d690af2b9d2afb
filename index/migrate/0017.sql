-- SPDX-License-Identifier: GPL-3.0-or-later
-- What was done for a case is found by its number, and who saw footage by the footage.
CREATE INDEX audit_case ON audit (case_no COLLATE NOCASE, at_us) WHERE case_no IS NOT NULL;
CREATE INDEX audit_seen ON audit (camera, to_us, from_us) WHERE what IN ('view', 'clip', 'clip.make');
