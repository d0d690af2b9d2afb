// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/hold/damage.h"
#include "index/hold/journal.h"
#include "index/rebuild/rebuild_own.h"

#include <stdlib.h>
#include <string.h>

#define VOLUMES "volumes" // below the home: where a disk is mounted that is one more volume

static const char *const NAMES[] = {
    [IDX_LEFT_STRANGE] = "strange",     [IDX_LEFT_BROKEN] = "broken",
    [IDX_LEFT_MISPLACED] = "misplaced", [IDX_LEFT_OVERLAP] = "overlap",
    [IDX_LEFT_TWICE] = "twice",         [IDX_LEFT_DELETED] = "deleted",
    [IDX_LEFT_MISSING] = "missing",
};

const char *idx_left_name(IdxLeftKind kind)
{
    return NAMES[kind];
}

static void volume_free(void *data)
{
    IdxRebuildVolume *volume = data;
    g_free(volume->path);
    g_free(volume->obstacle);
    g_free(volume);
}

void idx_rebuild_sums_clear(IdxRebuildSums *sums)
{
    g_clear_pointer(&sums->holds, g_array_unref);
    g_clear_pointer(&sums->doubts, g_array_unref);
    g_clear_pointer(&sums->volumes, g_ptr_array_unref);
    g_clear_pointer(&sums->journal_failed, g_free);
}

/* --- telling ---------------------------------------------------------------------------------- */

bool idx_rebuild_step(const Rebuild *r, const char *name, GError **error)
{
    return !r->how->step || r->how->step(name, r->how->data) ||
           mj_error_set(error, MJ_ERROR_CANCELLED, "stopped at %s", name);
}

void idx_rebuild_left(Rebuild *r, IdxLeftKind kind, const char *volume, const char *path,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    r->sums->left++;
    if (r->how->left) {
        IdxLeft left = {.kind = kind, .volume = volume, .path = path, .words = words};
        r->how->left(&left, r->how->data);
    }
}

void idx_rebuild_progress(Rebuild *r, const char *where)
{
    int64_t now_us = mj_clock_mono_us(mj_clock_system());
    if (!r->how->progress || now_us - r->told_us < MJ_SECOND_US)
        return;
    r->told_us = now_us;
    r->how->progress(r->sums->files, r->pace.bytes, where, r->how->data);
}

/* --- volumes ---------------------------------------------------------------------------------- */

static bool is_known(const GPtrArray *volumes, const char *real)
{
    for (guint i = 0; i < volumes->len; i++) {
        g_autofree char *own = realpath(((const IdxVolume *)volumes->pdata[i])->path, NULL);
        if (g_strcmp0(own, real) == 0)
            return true;
    }
    return false;
}

/* Those that the catalogue knows; of a home without one, its footage/. */
static GPtrArray *known_volumes(const Rebuild *r, GError **error)
{
    if (r->cat)
        return idx_volume_list(r->cat, error);
    GPtrArray *volumes = g_ptr_array_new_with_free_func((GDestroyNotify)idx_volume_free);
    IdxVolume *first = g_new0(IdxVolume, 1);
    first->id = IDX_VOLUME_HOME;
    first->path = mj_home_footage(r->home);
    g_ptr_array_add(volumes, first);
    return volumes;
}

/* Directories that are to be volumes: the given ones, and what has a mark below HOME/volumes. */
static GPtrArray *wanted_volumes(const Rebuild *r)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; r->how->volumes && i < r->how->volumes->len; i++)
        g_ptr_array_add(paths, g_strdup(r->how->volumes->pdata[i]));
    g_autofree char *folder = g_build_filename(r->home, VOLUMES, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (idx_volume_check(IDX_VOLUME_HOME + 1, path, NULL))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    return paths;
}

static bool add_volume(Rebuild *r, GPtrArray *volumes, const char *path, GError **error)
{
    g_autofree char *real = realpath(path, NULL);
    if (real && is_known(volumes, real))
        return true;
    if (!idx_volume_check(IDX_VOLUME_HOME + 1, path, error))
        return false;
    if (!r->how->dry_run)
        return idx_volume_add(r->cat, real, -1, 0, r->how->now_us, error);
    IdxVolume *volume = g_new0(IdxVolume, 1);
    volume->id = IDX_VOLUME_HOME + (int64_t)volumes->len; // as it may become
    volume->path = g_strdup(real);
    g_ptr_array_add(volumes, volume);
    return true;
}

/* What is searched, and what is not. Takes @volumes. */
static void look_at_volumes(Rebuild *r, GPtrArray *volumes)
{
    r->volumes = volumes;
    for (guint i = 0; i < volumes->len;) {
        const IdxVolume *volume = volumes->pdata[i];
        g_autoptr(GError) failed = NULL;
        IdxRebuildVolume *told = g_new0(IdxRebuildVolume, 1);
        told->path = g_strdup(volume->path);
        g_ptr_array_add(r->sums->volumes, told);
        if (idx_volume_check(volume->id, volume->path, &failed)) {
            i++;
        } else {
            told->obstacle = g_strdup(failed->message);
            g_ptr_array_remove_index(volumes, i);
        }
    }
}

static bool find_volumes(Rebuild *r, GError **error)
{
    g_autoptr(GPtrArray) wanted = wanted_volumes(r);
    g_autoptr(GPtrArray) known = known_volumes(r, error);
    for (guint i = 0; known && i < wanted->len; i++)
        if (!add_volume(r, known, wanted->pdata[i], error))
            return false;
    if (!known)
        return false;
    if (!r->how->dry_run) { // with those that were added
        g_ptr_array_unref(known);
        known = idx_volume_list(r->cat, error);
    }
    if (known)
        look_at_volumes(r, g_steal_pointer(&known));
    return r->volumes && idx_rebuild_step(r, "volumes", error);
}

/* --- all of it -------------------------------------------------------------------------------- */

/* Of what is not told line by line nobody knows whether the catalogue has it, until it stands there again. */
static bool is_counted_only(const GPtrArray *damage)
{
    for (guint i = 0; i < damage->len; i++)
        if (((const IdxHoldDamage *)damage->pdata[i])->more)
            return true;
    return false;
}

static bool bring_together(Rebuild *r, IdxHoldSync *sync, GError **error)
{
    if (!idx_hold_journal_sync(r->cat, sync, error))
        return false;
    r->sums->learnt = sync->learnt;
    if (!is_counted_only(sync->damage))
        return true;
    idx_hold_sync_clear(sync);
    return idx_hold_journal_sync(r->cat, sync, error);
}

static void say_damage(Rebuild *r, const IdxHoldSync *sync, const char *words)
{
    g_autoptr(GPtrArray) all = idx_hold_damage_summary(sync->damage);
    g_autoptr(GString) text = g_string_new(words);
    if (sync->failed->len > 0)
        g_string_append_printf(text, "; %s", sync->failed->str);
    for (guint i = 0; i < all->len; i++)
        g_string_append_printf(text, "; %s", (const char *)all->pdata[i]);
    r->sums->journal_failed = g_strdup(text->str);
}

/* A contradiction between journals stops purges, and is no reason to find no footage. */
static bool learn_disputed(Rebuild *r, const IdxHoldSync *sync, const char *words, GError **error)
{
    r->sums->disputed = true;
    if (!idx_rebuild_dispute(r, sync->disputed, error) ||
        !idx_hold_damage_judge(r->cat, sync->damage, NULL, error))
        return false;
    say_damage(r, sync, words);
    return true;
}

static bool learn_holds(Rebuild *r, const IdxRestored *home, GError **error)
{
    g_auto(IdxHoldSync) sync = {0};
    g_autoptr(GError) failed = NULL;
    if (r->how->dry_run)
        return true;
    bool ok = bring_together(r, &sync, &failed);
    if (!ok && !sync.disputed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (!ok && !learn_disputed(r, &sync, failed->message, error))
        return false;
    for (guint i = 0; i < sync.damage->len; i++)
        r->sums->damaged += MAX(((const IdxHoldDamage *)sync.damage->pdata[i])->more, 1);
    r->damage = g_ptr_array_ref(sync.damage);
    r->sums->unreadable = (int)sync.unreadable->len;
    if (home->kind != IDX_RESTORE_SOUND)
        r->unreadable = g_ptr_array_ref(sync.unreadable);
    if (ok && sync.failed->len > 0)
        r->sums->journal_failed = g_strdup(sync.failed->str);
    return idx_rebuild_step(r, "learnt", error);
}

static bool tell(Rebuild *r, const IdxRestored *home, GError **error)
{
    const IdxRebuildSums *sums = r->sums;
    g_autoptr(json_t) detail =
        json_pack("{s:s, s:s*, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i}", "catalogue",
                  idx_restore_name(home->kind), "damaged", home->aside, "segments",
                  (json_int_t)sums->segments, "bytes", (json_int_t)sums->bytes, "closed",
                  (json_int_t)sums->closed, "cameras", (json_int_t)sums->cameras, "gaps",
                  (json_int_t)sums->gaps, "gone", (json_int_t)sums->gone, "left",
                  (json_int_t)sums->left, "moved", (json_int_t)sums->moved, "learnt", sums->learnt);
    return idx_audit(r->cat, &(IdxAudit){.what = "catalogue.rebuild", .detail = detail}, error);
}

static bool end(Rebuild *r, const IdxRestored *home, GError **error)
{
    if (r->how->dry_run)
        return true;
    if (!idx_db_set_durable(r->cat, true, error) || !idx_db_sync(r->cat, error) ||
        !idx_db_scope_begin(r->cat, error))
        return false;
    bool ok = idx_restore_end(r->cat, error) && tell(r, home, error) &&
              idx_rebuild_step(r, "ended", error);
    return idx_db_scope_end(r->cat, ok, error);
}

static bool run(Rebuild *r, const IdxRestored *home, GError **error)
{
    if (!find_volumes(r, error) || !learn_holds(r, home, error) || !idx_rebuild_cameras(r, error) ||
        !idx_rebuild_doubt(r, error) ||
        (!r->how->dry_run && !idx_db_set_durable(r->cat, false, error)))
        return false;
    return idx_rebuild_streams(r, error) &&
           (home->kind != IDX_RESTORE_COPIED || !r->cat || idx_rebuild_settle(r, error)) &&
           end(r, home, error);
}

bool idx_rebuild(IdxRestored *home, const char *path_of_home, const IdxRebuild *how,
                 IdxRebuildSums *ret, GError **error)
{
    g_auto(IdxRebuildSums) sums = {.holds = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                                   .doubts = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                                   .volumes = g_ptr_array_new_with_free_func(volume_free)};
    Rebuild r = {.how = how,
                 .home = path_of_home,
                 .cat = home->cat,
                 .sums = &sums,
                 .pace = idx_pace_begin(how->bytes_per_s)};
    bool ok = run(&r, home, error);
    g_clear_pointer(&r.volumes, g_ptr_array_unref);
    g_clear_pointer(&r.damage, g_ptr_array_unref);
    g_clear_pointer(&r.unreadable, g_ptr_array_unref);
    sums.read_bytes = r.pace.bytes;
    if (!ok)
        return false;
    *ret = sums;
    sums = (IdxRebuildSums){0};
    return true;
}
