// SPDX-License-Identifier: GPL-3.0-or-later
/* The journals of all volumes, as verify.h looks at them. */
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/damage.h"
#include "index/segment/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SQL_RECORDS[] = "SELECT seq, line ->> '$.at', line FROM hold_record ORDER BY seq";

typedef struct Look {
    IdxCatalogue *cat;
    int64_t before_us;
    IdxHoldDamageTold told;
    void *data;
} Look;

typedef struct Sums { // of the catalogue's records
    int64_t all, lacking;
    int64_t others, first; // that the journal has otherwise; the first of them
} Sums;

static bool compare(const Look *look, const GPtrArray *records, Sums *ret, GError **error)
{
    g_autoptr(GHashTable) lines = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < records->len; i++) {
        IdxHoldRecord *record = records->pdata[i];
        g_hash_table_insert(lines, &record->seq, record->line);
    }
    g_autoptr(IdxQuery) q = idx_db_query(look->cat, SQL_RECORDS, error, "");
    int row = 0;
    while ((row = idx_db_step(look->cat, q, error)) > 0) {
        int64_t seq = idx_db_int(q, 0), at_us = 0;
        const char *at = idx_db_text(q, 1), *line = g_hash_table_lookup(lines, &seq);
        bool other = line && strcmp(line, idx_db_text(q, 2)) != 0;
        ret->all++;
        ret->first = other && !ret->others ? seq : ret->first;
        ret->others += other;
        if (!line && (!at || !mj_time_parse_rfc3339(at, &at_us, NULL) || at_us < look->before_us))
            ret->lacking++;
    }
    return row == 0;
}

static void tell_lacking(const Look *look, const char *path, const Sums *sums)
{
    g_autofree char *words = g_strdup_printf(
        "it lacks %" PRId64 " of the %" PRId64 " records of holds that the catalogue has: it was "
        "emptied, replaced or cannot be written; the recorder and the next purge write them again",
        sums->lacking, sums->all);
    look->told(path, words, look->data);
}

static void tell_others(const Look *look, const char *path, const Sums *sums)
{
    g_autofree char *words = g_strdup_printf(
        "it says of %" PRId64 " records of holds, from %" PRId64 " on, what the catalogue does "
        "not: one of them is not of this home, or was changed. Nothing is purged until one is "
        "moved "
        "away; mingjing rebuild holds what either of them holds",
        sums->others, sums->first);
    look->told(path, words, look->data);
}

static bool tell_all(const Look *look, const char *path, const GPtrArray *damage,
                     const GPtrArray *records, GError **error)
{
    Sums sums = {0};
    for (guint i = 0; i < damage->len; i++) {
        g_autofree char *words = idx_hold_damage_words(damage->pdata[i]);
        look->told(path, words, look->data);
    }
    if (!compare(look, records, &sums, error))
        return false;
    if (sums.lacking > 0)
        tell_lacking(look, path, &sums);
    if (sums.others > 0)
        tell_others(look, path, &sums);
    return true;
}

/* How much of it is written. *ret_busy: whoever appends has it locked, and its last line may not be whole yet. */
static bool find_size(int fd, bool *ret_busy, size_t *ret_size, GError **error)
{
    struct stat st;
    *ret_busy = flock(fd, LOCK_SH | LOCK_NB) < 0;
    bool ok = idx_hold_journal_stat(fd, "it", &st, error);
    if (!*ret_busy)
        flock(fd, LOCK_UN);
    *ret_size = ok ? (size_t)st.st_size : 0;
    return ok;
}

/* As it stands; "" if there is none. NULL with @error. Caller frees. */
static char *read_journal(const char *path, size_t *ret_size, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char *text = NULL;
    bool busy = false;
    *ret_size = 0;
    if (fd < 0 && errno == ENOENT)
        return g_strdup("");
    if (fd < 0) {
        mj_error_errno(error, errno, "it cannot be read");
        return NULL;
    }
    size_t size = 0;
    if (find_size(fd, &busy, &size, error))
        text = idx_hold_journal_text(fd, "it cannot be read", size, ret_size, error);
    close(fd);
    while (busy && text && *ret_size > 0 && text[*ret_size - 1] != '\n')
        --*ret_size;
    return text;
}

/* What cannot be read is told, and no reason to look no further. */
static bool look_at(const Look *look, const char *root, GError **error)
{
    g_autofree char *path = g_build_filename(root, IDX_HOLD_JOURNAL, NULL);
    g_autoptr(GError) failed = NULL;
    g_autoptr(GPtrArray) damage =
        g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_damage_free);
    size_t size = 0;
    int bad = 0;
    g_autofree char *text = read_journal(path, &size, &failed);
    if (!text) {
        look->told(path, failed->message, look->data);
        return true;
    }
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(text, size, &bad);
    if (bad)
        idx_hold_damage_find(path, text, size, records, damage);
    return idx_hold_damage_judge(look->cat, damage, NULL, error) &&
           tell_all(look, path, damage, records, error);
}

bool idx_hold_damage_look(IdxCatalogue *cat, int64_t now_us, int64_t young_us,
                          IdxHoldDamageTold told, void *data, GError **error)
{
    Look look = {cat, now_us - young_us, told, data};
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        if (g_str_equal(volume->state, IDX_VOLUME_STALLED) ||
            !idx_volume_check(volume->id, volume->path, NULL))
            continue;
        if (!look_at(&look, volume->path, error))
            return false;
    }
    return volumes != NULL;
}
