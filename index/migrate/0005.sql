-- SPDX-License-Identifier: GPL-3.0-or-later
-- Retention asks of each linked subject whether a trade made it: a small index answers, and no event is read.
CREATE INDEX event_trade ON event (id) WHERE type >= 'hall.trade.' AND type < 'hall.trade/';
