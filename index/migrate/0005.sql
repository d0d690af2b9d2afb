-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tickets and sessions of more than a day, which a change of the coverage map may concern in their midst.
CREATE INDEX subject_long ON subject (last_us) WHERE last_us - first_us > 86400000000 AND kind <> 'approval';
