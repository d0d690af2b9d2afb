// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/db.h"
#include "index/purge/survey_own.h"

static const char SQL_HELD_AHEAD[] =
    "SELECT h.from_us, h.to_us FROM camera c CROSS JOIN hold_span h INDEXED BY hold_span_live"
    " ON h.camera = c.code WHERE c.id = ?1 AND h.released_us IS NULL AND h.to_us > ?2"
    " AND h.from_us < ?3 ORDER BY h.from_us";

typedef struct Held {
    int64_t camera_id;              // 0 = of none yet
    bool any;                       // of its days
    int64_t us_of[IDX_SURVEY_DAYS]; // held of each day ahead
} Held;

/* [from, to), counted from now, is held: of each day its part. */
static void add_stretch(Held *held, int64_t from_us, int64_t to_us)
{
    for (int64_t day = from_us / MJ_DAY_US; day < IDX_SURVEY_DAYS && day * MJ_DAY_US < to_us; day++)
        held->us_of[day] += MIN(to_us, (day + 1) * MJ_DAY_US) - MAX(from_us, day * MJ_DAY_US);
    held->any = true;
}

/* Stretches come by their begin; what several hold counts once. */
static bool load(IdxCatalogue *cat, Held *held, int64_t camera_id, int64_t now_us, GError **error)
{
    int64_t done_us = 0, last_us = IDX_SURVEY_DAYS * MJ_DAY_US;
    *held = (Held){.camera_id = camera_id};
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_HELD_AHEAD, error, "iii", camera_id, now_us, now_us + last_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t from_us = MAX(idx_db_int(q, 0) - now_us, done_us);
        int64_t to_us = MIN(idx_db_int(q, 1) - now_us, last_us);
        if (from_us < to_us)
            add_stretch(held, from_us, to_us);
        done_us = MAX(done_us, to_us);
    }
    return row == 0;
}

/* What is recorded on a day is over at its end, and past its minimum so many days later. */
static void add_held(IdxSurveyVolume *volume, const IdxSurveyRecent *recent, const Held *held)
{
    for (int day = 0; held->any && day + 1 + recent->min_days < IDX_SURVEY_DAYS; day++)
        volume->ahead_held[day + 1 + recent->min_days] +=
            (int64_t)((double)recent->bytes * (double)held->us_of[day] / (double)MJ_DAY_US);
}

bool idx_survey_look_ahead(IdxCatalogue *cat, const GPtrArray *volumes, int64_t now_us,
                           GError **error)
{
    Held held = {0};
    for (guint i = 0; i < volumes->len; i++) {
        IdxSurveyVolume *volume = volumes->pdata[i];
        for (guint j = 0; j < volume->recent->len; j++) {
            const IdxSurveyRecent *recent = &g_array_index(volume->recent, IdxSurveyRecent, j);
            if (recent->camera_id != held.camera_id &&
                !load(cat, &held, recent->camera_id, now_us, error))
                return false;
            add_held(volume, recent, &held);
        }
    }
    return true;
}
