-- SPDX-License-Identifier: GPL-3.0-or-later
-- A party of a session may be a room terminal: a camera that stands in for a browser.
ALTER TABLE meeting_leg ADD COLUMN terminal TEXT;
