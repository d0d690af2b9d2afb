// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/purge/purge.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/hold/trial.h"
#include "index/link/linking.h"
#include "index/purge/disposition.h"
#include "index/purge/purge_own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char SCRIPT_LINK[] = "PRAGMA foreign_keys = ON"; // others' rows are written for once
static const char SCRIPT_LINKED[] = "PRAGMA foreign_keys = OFF";

static void volume_free(void *data)
{
    IdxPurgeVolume *volume = data;
    g_free(volume->path);
    g_free(volume->failed);
    g_free(volume);
}

void idx_purge_sums_clear(IdxPurgeSums *sums)
{
    g_clear_pointer(&sums->volumes, g_ptr_array_unref);
    g_clear_pointer(&sums->journal_failed, g_free);
    g_clear_pointer(&sums->refused, g_free);
}

bool idx_purge_step(const Purge *p, const char *name, GError **error)
{
    return !p->how->step || p->how->step(name, p->how->data) ||
           mj_error_set(error, MJ_ERROR_CANCELLED, "stopped at \"%s\"", name);
}

bool idx_purge_out_of_time(const Purge *p)
{
    bool over =
        p->how->longest_us > 0 && g_get_monotonic_time() - p->started_mono_us > p->how->longest_us;
    p->sums->more = p->sums->more || over;
    return over;
}

/* The descriptor keeps the lock until it is closed. */
static int take_lock(const char *home, GError **error)
{
    g_autofree char *path = mj_home_run(home, "purge.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        mj_error_errno(error, errno, "cannot open %s", path);
    } else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        mj_error_set(error, MJ_ERROR_BUSY, "another purge of %s is running", home);
        close(fd);
        fd = -1;
    }
    return fd;
}

/* --- room ------------------------------------------------------------------------------------- */

static bool space_of(const Purge *p, const IdxVolume *volume, int64_t *ret_total, int64_t *ret_free)
{
    struct statvfs disk;
    if (p->how->space)
        return p->how->space(volume, ret_total, ret_free, p->how->data);
    if (statvfs(volume->path, &disk) < 0)
        return false;
    *ret_total = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    *ret_free = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    return true;
}

static int64_t headroom(const Purge *p, const IdxVolume *volume, const IdxSurveyVolume *survey,
                        int64_t total_bytes)
{
    if (p->how->headroom_bytes >= 0)
        return p->how->headroom_bytes;
    int64_t whole = volume->max_bytes > 0 ? MIN(volume->max_bytes, total_bytes) : total_bytes;
    int64_t day_bytes = idx_survey_day_bytes(survey, p->how->now_us);
    int64_t wanted = (int64_t)((double)day_bytes * IDX_PURGE_AHEAD_US / MJ_DAY_US);
    return MIN(MAX(wanted, IDX_PURGE_LEAST_BYTES), whole / 10);
}

/* What is missing of the room that is wanted: negative if there is more. */
static bool measure(const Purge *p, const IdxVolume *volume, const IdxPurgeVolume *entry,
                    const IdxSurveyVolume *survey, int64_t *ret_need)
{
    int64_t total = 0, unused = 0;
    if (!space_of(p, volume, &total, &unused))
        return false;
    if (p->how->dry_run)
        unused += entry->freed_bytes;
    *ret_need = headroom(p, volume, survey, total) -
                idx_outlook_room(volume, idx_survey_used(survey), total, unused);
    return true;
}

/* --- one volume ------------------------------------------------------------------------------- */

static bool take(Purge *p, IdxPurgeVolume *entry, IdxSurveyVolume *survey, IdxVerdictKind level,
                 int64_t limit_bytes, GError **error)
{
    PurgeNeed need = {entry, survey, level, limit_bytes};
    return limit_bytes <= 0 || survey->bytes[level] == 0 || entry->failed ||
           idx_purge_take(p, &need, error);
}

static bool make_room(Purge *p, const IdxVolume *volume, IdxPurgeVolume *entry,
                      IdxSurveyVolume *survey, GError **error)
{
    int64_t need = 0;
    g_autofree char *policy = idx_retention_policy(p->cat, volume->id, error);
    if (!policy)
        return false;
    if (volume->removed_us || !measure(p, volume, entry, survey, &need))
        return true; // nothing is recorded there, or nobody knows
    entry->need_bytes = MAX(need, 0);
    int64_t enough = entry->freed_bytes + need;
    if (!take(p, entry, survey, IDX_VERDICT_SPARE, need, error))
        return false;
    if (g_str_equal(policy, IDX_RETENTION_OLDEST) && !p->sums->more &&
        !take(p, entry, survey, IDX_VERDICT_BOUND, enough - entry->freed_bytes, error))
        return false;
    bool over = p->sums->more || entry->failed; // there may be more to take: the next run sees
    entry->short_bytes = over ? 0 : MAX(enough - entry->freed_bytes, 0);
    return true;
}

/* @level: IDX_VERDICT_DUE, or IDX_VERDICT_SPARE for the rest. */
static bool purge_volume(Purge *p, const IdxVolume *volume, IdxVerdictKind level, GError **error)
{
    IdxPurgeVolume *entry = NULL;
    for (guint i = 0; i < p->sums->volumes->len && !entry; i++)
        if (((IdxPurgeVolume *)p->sums->volumes->pdata[i])->id == volume->id)
            entry = p->sums->volumes->pdata[i];
    IdxSurveyVolume *survey = idx_survey_find(p->surveys, volume->id);
    if (!entry || !survey || entry->failed)
        return true;
    if (level == IDX_VERDICT_DUE)
        return take(p, entry, survey, level, INT64_MAX, error);
    if (p->how->dry_run) // what was due is there still
        survey->bytes[IDX_VERDICT_DUE] -= entry->freed_bytes;
    return make_room(p, volume, entry, survey, error);
}

static bool store_outlook(const Purge *p, const IdxVolume *volume, GError **error)
{
    const IdxSurveyVolume *survey = idx_survey_find(p->surveys, volume->id);
    int64_t total = 0, unused = 0;
    if (volume->removed_us || !space_of(p, volume, &total, &unused))
        return true;
    int64_t room = idx_outlook_room(volume, survey ? idx_survey_used(survey) : 0, total, unused);
    IdxOutlook outlook = idx_outlook_of(survey, volume->id, room, p->how->now_us);
    return idx_outlook_store(p->cat, &outlook, error);
}

/* --- the run ---------------------------------------------------------------------------------- */

/* What stays although it would be due without a link or a hold is told; so is what is held. */
static void look(const IdxSurveySegment *segment, const IdxVerdict *v, void *data)
{
    Purge *p = data;
    if (p->kept.list && v->kind != IDX_VERDICT_DUE) // which goes, if not in this run
        idx_purge_kept_add(&p->kept, segment, v);
    int base_days = v->base_rule->max_days;
    bool linked = (v->kind == IDX_VERDICT_BOUND || v->kind == IDX_VERDICT_SPARE) && base_days > 0 &&
                  p->how->now_us >= segment->end_us + base_days * MJ_DAY_US;
    if (v->kind != IDX_VERDICT_HELD && !linked)
        return;
    g_autofree char *rule = g_strdup_printf("%s/%s", v->max_rule->kind, v->max_rule->purpose);
    idx_purge_explain(&p->explain, segment, v, false, rule);
}

static void list_volumes(const Purge *p)
{
    for (guint i = 0; i < p->volumes->len; i++) {
        const IdxVolume *volume = p->volumes->pdata[i];
        IdxPurgeVolume *entry = g_new0(IdxPurgeVolume, 1);
        entry->id = volume->id;
        entry->path = g_strdup(volume->path);
        entry->failed = idx_purge_obstacle(volume);
        g_ptr_array_add(p->sums->volumes, entry);
    }
}

static bool go_on(int64_t events_left, void *data)
{
    const Purge *p = data;
    if (p->how->linking)
        p->how->linking(events_left, p->how->data);
    return !idx_purge_out_of_time(p);
}

static bool link_queued(Purge *p, bool *ret_done, GError **error)
{
    const IdxLinking how = {.now_us = p->how->now_us, .go_on = go_on, .data = p};
    if (idx_linking_run(p->cat, &how, ret_done, error))
        return !*ret_done || idx_hold_refresh(p->cat, p->how->now_us, error);
    g_prefix_error(error, "what waits to be linked anew cannot be, so nothing is deleted: ");
    return false;
}

static bool refuse_unlinked(const Purge *p, GError **error)
{
    int64_t events = 0, places = 0;
    return idx_linking_left(p->cat, &events, &places, error) &&
           mj_error_set(error, MJ_ERROR_BUSY,
                        "nothing was deleted: after a change of clocks or of coverage events wait "
                        "to be linked anew, and the time was over before they were; still to be "
                        "looked at are about %" PRId64 " events, and what was at %" PRId64
                        " places. What is done stays done, and the next run goes on there; or run "
                        "mingjing link first",
                        events, places);
}

/* What is linked only then may be held, or within an approval's minimum. */
static bool link_first(Purge *p, GError **error)
{
    bool done = false;
    return link_queued(p, &done, error) && (done || refuse_unlinked(p, error));
}

bool idx_purge_link_meanwhile(Purge *p, GError **error)
{
    bool done = false;
    return idx_db_script(p->cat, SCRIPT_LINK, error) && link_queued(p, &done, error) &&
           idx_db_script(p->cat, SCRIPT_LINKED, error);
}

/* Catalogue and journals first: what they know is held before anything goes. */
bool idx_purge_look(Purge *p, GError **error)
{
    g_auto(IdxHoldSync) sync = {0};
    IdxPurgeSums *sums = p->sums;
    if (!idx_hold_journal_sync(p->cat, &sync, error) || !idx_hold_check(p->cat, error) ||
        !(p->how->dry_run ? idx_hold_refresh(p->cat, p->how->now_us, error) : link_first(p, error)))
        return false;
    sums->journals = sync.written;
    sums->journals_of = sync.volumes;
    sums->learnt = sync.learnt;
    if (sync.failed->len > 0)
        sums->journal_failed = g_strdup(sync.failed->str);
    return idx_purge_doubt(p, &sync, error);
}

static bool begin_dry(Purge *p, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!idx_purge_count_pending(p->cat, &p->sums->finished, error) ||
        !idx_linking_pending(p->cat, &p->sums->unlinked, error))
        return false;
    idx_hold_trial_begin(p->cat);
    if (idx_purge_look(p, &local))
        return true;
    if (mj_error_is(local, MJ_ERROR_CONFLICT)) {
        p->sums->refused = g_strdup(local->message);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

static bool begin(Purge *p, GError **error)
{
    p->volumes = idx_volume_list(p->cat, error);
    if (!p->volumes)
        return false;
    list_volumes(p);
    if (p->how->dry_run)
        return begin_dry(p, error);
    if (!idx_purge_look(p, error)) {
        idx_purge_run_refused(p);
        return false;
    }
    return idx_purge_step(p, "journals", error) && idx_db_set_durable(p->cat, false, error) &&
           idx_purge_quick(p, error) && idx_disposition_begin(p->cat, error);
}

static bool open_run(Purge *p, GError **error)
{
    return p->how->dry_run || (idx_purge_finish(p, &p->sums->finished, error) &&
                               idx_purge_run_begin(p, error) && idx_purge_step(p, "begun", error));
}

static bool purge_volumes(Purge *p, IdxVerdictKind level, GError **error)
{
    bool due = level == IDX_VERDICT_DUE;
    g_clear_pointer(&p->surveys, g_ptr_array_unref);
    bool told = (p->how->decided || p->how->kept) && !due;
    p->surveys = idx_survey(p->cat, p->retention, p->how->now_us, due ? level : IDX_VERDICT_OPEN,
                            told ? look : NULL, p, error);
    idx_purge_explain_end(&p->explain);
    for (guint i = 0; p->surveys && i < p->volumes->len; i++)
        if (!purge_volume(p, p->volumes->pdata[i], level, error))
            return false;
    idx_purge_explain_end(&p->explain);
    return p->surveys != NULL;
}

/* Of volumes that may be purged; once the survey of all footage is there. */
static void count_left(const Purge *p)
{
    for (guint i = 0; p->sums->more && i < p->sums->volumes->len; i++) {
        const IdxPurgeVolume *entry = p->sums->volumes->pdata[i];
        const IdxSurveyVolume *survey = idx_survey_find(p->surveys, entry->id);
        if (!survey || entry->failed)
            continue;
        p->sums->left_segments += survey->segments[IDX_VERDICT_DUE];
        p->sums->left_bytes += survey->bytes[IDX_VERDICT_DUE];
    }
}

static bool run(Purge *p, GError **error)
{
    if (p->sums->refused)
        return true;
    if (!open_run(p, error) || !purge_volumes(p, IDX_VERDICT_DUE, error) ||
        !idx_purge_step(p, "due", error) || !purge_volumes(p, IDX_VERDICT_SPARE, error))
        return false;
    count_left(p);
    return true;
}

static bool close_run(Purge *p, GError **error)
{
    if (!idx_db_scope_begin(p->cat, error))
        return false;
    bool ok = idx_purge_run_end(p, error);
    for (guint i = 0; ok && i < p->volumes->len; i++)
        ok = store_outlook(p, p->volumes->pdata[i], error);
    return idx_db_scope_end(p->cat, ok && idx_purge_step(p, "ended", error), error);
}

static bool run_dry(Purge *p, GError **error)
{
    bool ok = begin(p, error) && run(p, error);
    if (p->cat->trial)
        idx_hold_trial_end(p->cat);
    return ok;
}

static bool run_all(Purge *p, GError **error)
{
    if (p->how->dry_run)
        return run_dry(p, error);
    bool ok = idx_purge_run_settle(p, error) && begin(p, error) && run(p, error);
    idx_purge_slow(p);
    return idx_db_set_durable(p->cat, true, ok ? error : NULL) && ok && close_run(p, error);
}

bool idx_purge(IdxCatalogue *cat, const IdxPurge *how, IdxPurgeSums *ret, GError **error)
{
    g_auto(IdxPurgeSums) sums = {.volumes = g_ptr_array_new_with_free_func(volume_free)};
    int lock = how->dry_run ? -1 : take_lock(cat->home, error);
    if (lock < 0 && !how->dry_run)
        return false;
    g_autoptr(IdxRetention) retention = idx_retention_new(cat, error);
    Purge p = {.cat = cat,
               .how = how,
               .sums = &sums,
               .retention = retention,
               .started_mono_us = g_get_monotonic_time(),
               .explain = {.how = how, .cat = cat}};
    if (how->kept)
        idx_purge_kept_begin(&p.kept);
    bool ok = retention && run_all(&p, error);
    if (!ok) // what was put together is not told
        p.explain.stream_id = 0;
    idx_purge_explain_end(&p.explain);
    idx_purge_kept_end(&p.kept, how, ok ? cat : NULL);
    g_clear_pointer(&p.volumes, g_ptr_array_unref);
    g_clear_pointer(&p.surveys, g_ptr_array_unref);
    if (lock >= 0)
        close(lock);
    if (!ok)
        return false;
    *ret = sums;
    sums = (IdxPurgeSums){0}; // the caller's now
    return true;
}
