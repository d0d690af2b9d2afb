// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold_damage.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/volume.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define DIGITS 16       // and a blank, before a record
#define TEXT_MIN 8      // a torn line shorter than that is of any record
#define DAMAGE_MAX 1000 // lines; more are not told one by one

static const char SQL_RECORDS[] = "SELECT seq, line, line ->> '$.at' FROM hold_record ORDER BY seq";

void idx_hold_damage_free(IdxHoldDamage *damage)
{
    if (!damage)
        return;
    g_free(damage->path);
    g_free(damage->text);
    g_free(damage->camera);
    g_free(damage);
}

/* The same record: torn, or with one byte changed. */
static bool is_alike(const char *text, size_t size, const char *line)
{
    size_t length = strlen(line), other = 0;
    if (size < length)
        return size >= TEXT_MIN && memcmp(text, line, size) == 0;
    if (size != length)
        return false;
    for (size_t i = 0; i < size && other < 2; i++)
        other += text[i] != line[i];
    return other < 2;
}

static bool stands_again(const char *text, size_t size, const GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++)
        if (is_alike(text, size, ((const IdxHoldRecord *)records->pdata[i])->line))
            return true;
    return false;
}

/* Caller frees. */
static char *camera_of(const char *text)
{
    static const char BEFORE[] = "\"camera\":\"";
    const char *from = strstr(text, BEFORE);
    const char *end = from ? strchr(from + strlen(BEFORE), '"') : NULL;
    return end ? g_strndup(from + strlen(BEFORE), (size_t)(end - from) - strlen(BEFORE)) : NULL;
}

static void add(const char *path, int number, const char *line, size_t size, GPtrArray *damage)
{
    IdxHoldDamage *d = g_new0(IdxHoldDamage, 1);
    bool whole = size > DIGITS && line[DIGITS] == ' ';
    g_autofree char *bytes =
        g_strndup(whole ? line + DIGITS + 1 : line, size - (whole ? DIGITS + 1 : 0));
    d->path = g_strdup(path);
    d->line = number;
    d->text = g_utf8_make_valid(bytes, -1);
    d->camera = camera_of(d->text);
    g_ptr_array_add(damage, d);
}

void idx_hold_damage_find(const char *path, const char *text, size_t size, const GPtrArray *records,
                          GPtrArray *damage)
{
    for (int number = 1; size > 0 && damage->len < DAMAGE_MAX; number++) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        int bad = 0;
        if (end && length > 0)
            g_ptr_array_unref(idx_hold_journal_parse(text, length + 1, &bad));
        const char *record = length > DIGITS ? text + DIGITS + 1 : text;
        if (bad && !stands_again(record, length > DIGITS ? length - DIGITS - 1 : length, records))
            add(path, number, text, length, damage);
        text += length + (end != NULL);
        size -= length + (end != NULL);
    }
}

bool idx_hold_damage_judge(IdxCatalogue *cat, GPtrArray *damage, GError **error)
{
    if (damage->len == 0)
        return true;
    for (guint i = 0; i < damage->len; i++)
        ((IdxHoldDamage *)damage->pdata[i])->lost = true;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RECORDS, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        for (guint i = 0; i < damage->len; i++) {
            IdxHoldDamage *d = damage->pdata[i];
            d->lost = d->lost && !is_alike(d->text, strlen(d->text), idx_db_text(q, 1));
        }
    return row == 0;
}

char *idx_hold_damage_words(const IdxHoldDamage *d)
{
    return g_strdup_printf("line %d of %s is damaged: %s%s%s", d->line, d->path,
                           d->lost ? "its record of a hold is lost, and what it kept is not known"
                                   : "the catalogue has its record, which is written again",
                           d->lost && d->camera ? "; it names camera " : "",
                           d->lost && d->camera ? d->camera : "");
}

/* --- looking ---------------------------------------------------------------------------------- */

typedef struct Look {
    IdxCatalogue *cat;
    int64_t before_us;
    IdxHoldDamageTold told;
    void *data;
} Look;

/* How many of the catalogue's records @records has not. */
static bool count_lacking(const Look *look, const GPtrArray *records, int64_t *ret_lacking,
                          int64_t *ret_all, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < records->len; i++)
        g_hash_table_add(known, &((IdxHoldRecord *)records->pdata[i])->seq);
    g_autoptr(IdxQuery) q = idx_db_query(look->cat, SQL_RECORDS, error, "");
    int row = 0;
    *ret_lacking = *ret_all = 0;
    while ((row = idx_db_step(look->cat, q, error)) > 0) {
        int64_t seq = idx_db_int(q, 0), at_us = 0;
        const char *at = idx_db_text(q, 2);
        ++*ret_all;
        if (!g_hash_table_contains(known, &seq) &&
            (!at || !mj_time_parse_rfc3339(at, &at_us, NULL) || at_us < look->before_us))
            ++*ret_lacking;
    }
    return row == 0;
}

static bool tell_all(const Look *look, const char *path, const GPtrArray *damage,
                     const GPtrArray *records, GError **error)
{
    int64_t lacking = 0, all = 0;
    for (guint i = 0; i < damage->len; i++) {
        g_autofree char *words = idx_hold_damage_words(damage->pdata[i]);
        look->told(path, words, look->data);
    }
    if (!count_lacking(look, records, &lacking, &all, error))
        return false;
    if (lacking > 0) {
        g_autofree char *words = g_strdup_printf("it lacks %" PRId64 " of the %" PRId64
                                                 " records of holds that the catalogue has: "
                                                 "it was emptied, replaced or cannot be written; "
                                                 "the recorder and the next purge write them "
                                                 "again",
                                                 lacking, all);
        look->told(path, words, look->data);
    }
    return true;
}

/* What cannot be read is told, and no reason to look no further. */
static bool look_at(const Look *look, const char *root, GError **error)
{
    g_autofree char *path = g_build_filename(root, IDX_HOLD_JOURNAL, NULL), *text = NULL;
    g_autoptr(GError) failed = NULL;
    g_autoptr(GPtrArray) damage =
        g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_damage_free);
    struct stat st;
    size_t size = 0;
    int bad = 0;
    bool there = lstat(path, &st) == 0;
    if (there && (!S_ISREG(st.st_mode) || st.st_size > IDX_HOLD_JOURNAL_MAX)) {
        look->told(path, "it is no journal of holds", look->data);
        return true;
    }
    if (there && !g_file_get_contents(path, &text, &size, &failed)) {
        look->told(path, failed->message, look->data);
        return true;
    }
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(text ? text : "", size, &bad);
    idx_hold_damage_find(path, text ? text : "", size, records, damage);
    return idx_hold_damage_judge(look->cat, damage, error) &&
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
