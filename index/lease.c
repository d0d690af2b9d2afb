// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/lease.h"

#include "index/db.h"

static const char SQL_GET[] = "SELECT owner = ?2, until_us FROM lease WHERE name = ?1";
/* Of two that take it at once, the second one changes nothing. A clock that was set back leaves no lease that
 * lasts for hours. */
static const char SQL_TAKE[] =
    "INSERT INTO lease (name, owner, until_us) VALUES (?1, ?2, ?4) ON CONFLICT (name) DO UPDATE"
    " SET owner = ?2, until_us = ?4"
    " WHERE owner = ?2 OR until_us <= ?3 OR until_us > ?4";
static const char SQL_LEAVE[] = "DELETE FROM lease WHERE name = ?1 AND owner = ?2";

static bool read_lease(IdxCatalogue *cat, const char *name, const char *owner, bool *ret_ours,
                       int64_t *ret_until_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "tt", name, owner);
    int row = idx_db_step(cat, q, error);
    *ret_ours = row > 0 && idx_db_int(q, 0);
    *ret_until_us = row > 0 ? idx_db_int(q, 1) : 0;
    return row >= 0;
}

static bool is_live(int64_t until_us, int64_t now_us)
{
    return until_us > now_us && until_us <= now_us + IDX_LEASE_US;
}

bool idx_lease_take(IdxCatalogue *cat, const char *name, const char *owner, int64_t now_us,
                    bool *ret_mine, GError **error)
{
    bool ours = false;
    int64_t until_us = 0;
    if (!read_lease(cat, name, owner, &ours, &until_us, error))
        return false;
    bool young = is_live(until_us, now_us) && until_us > now_us + IDX_LEASE_US - IDX_LEASE_RENEW_US;
    *ret_mine = ours;
    if (ours ? young : is_live(until_us, now_us))
        return true;
    return idx_db_run(cat, SQL_TAKE, error, "ttii", name, owner, now_us, now_us + IDX_LEASE_US) &&
           read_lease(cat, name, owner, ret_mine, &until_us, error);
}

bool idx_lease_leave(IdxCatalogue *cat, const char *name, const char *owner, GError **error)
{
    return idx_db_run(cat, SQL_LEAVE, error, "tt", name, owner);
}

bool idx_lease_held(IdxCatalogue *cat, const char *name, int64_t now_us, bool *ret, GError **error)
{
    bool ours = false;
    int64_t until_us = 0;
    if (!read_lease(cat, name, "", &ours, &until_us, error))
        return false;
    *ret = is_live(until_us, now_us);
    return true;
}
