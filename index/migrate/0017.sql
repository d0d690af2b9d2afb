-- SPDX-License-Identifier: GPL-3.0-or-later
-- What was done for a case is found by its number.
CREATE INDEX audit_case ON audit (case_no COLLATE NOCASE, at_us) WHERE case_no IS NOT NULL;
