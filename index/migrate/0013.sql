-- SPDX-License-Identifier: GPL-3.0-or-later
-- Nothing changes with this step.
SELECT 1;
