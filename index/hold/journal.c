// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/journal.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/home.h"
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

#define MODE 0640 // the home's group reads it
#define LOCK_WAIT_US INT64_C(2000000)
#define LOCK_LOOK_US 10000 // between looks at a lock that somebody has

static const char SQL_LINE[] = "SELECT line FROM hold_record WHERE seq = ?";
static const char SQL_LINES[] = "SELECT seq, line FROM hold_record ORDER BY seq";
static const char SQL_NEXT_SEQ[] = // in a trial the counter stays as it is
    "SELECT max((SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'hold_record'),"
    " (SELECT coalesce(max(seq), 0) FROM hold_record)) + 1";
static const char SQL_STORE[] = "INSERT INTO hold_record (seq, line) VALUES (?, ?)";
static const char SQL_HOLD[] =
    "INSERT INTO hold (id, kind, hall, key, day, owner, reason, case_no, review_day, created_us,"
    " created_by, part) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " kind = excluded.kind, hall = excluded.hall, key = excluded.key, day = excluded.day,"
    " owner = excluded.owner, reason = excluded.reason, case_no = excluded.case_no,"
    " review_day = excluded.review_day, created_us = excluded.created_us,"
    " created_by = excluded.created_by, part = excluded.part WHERE hold.case_no = ''";
/* A stretch whose hold is not known: its record was damaged in every journal. */
static const char SQL_LOST_HOLD[] =
    "INSERT OR IGNORE INTO hold (id, kind, hall, key, day, owner, reason, case_no, review_day,"
    " created_us, created_by) VALUES (?, 'camera', '', '', 0, '?', 'the record of this hold is"
    " damaged', '', 0, ?, '?')";
static const char SQL_SPAN[] =
    "INSERT INTO hold_span (hold_id, camera, from_us, to_us, added_us, released_us)"
    " SELECT ?1, ?2, ?3, ?4, ?5, released_us FROM hold WHERE id = ?1";
static const char SQL_RELEASE[] =
    "UPDATE hold SET released_us = ?2, released_by = ?3, released_reason = ?4 WHERE id = ?1"
    " AND released_us IS NULL";
static const char SQL_NAME[] = "UPDATE hold SET key = ?2 WHERE id = ?1 AND kind <> 'camera'";
static const char SQL_RELEASE_SPANS[] =
    "UPDATE hold_span SET released_us = ?2 WHERE hold_id = ?1 AND released_us IS NULL";

/* One journal, as it was read. */
typedef struct Journal {
    char *root;
    int fd;        // locked; -1: there is no file yet
    bool is_ours;  // to write
    bool is_taken; // somebody keeps it locked
    bool shut;     // it is ours and cannot be opened for writing: it is only read
    bool torn;     // its last line has no end
    int64_t bytes; // so much was read
    bool damaged;  // a line of it is, and not made good
    char *remark;  // what is wrong with it, though it serves; NULL = nothing
    GPtrArray *records;
    GHashTable *known; // int64 seq of those it has
} Journal;

static void journal_free(void *data)
{
    Journal *j = data;
    if (j->fd >= 0)
        close(j->fd); // and the lock goes
    g_clear_pointer(&j->records, g_ptr_array_unref);
    g_clear_pointer(&j->known, g_hash_table_unref);
    g_free(j->root);
    g_free(j->remark);
    g_free(j);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_free)

void idx_hold_sync_clear(IdxHoldSync *sync)
{
    if (sync->failed)
        g_string_free(sync->failed, TRUE);
    if (sync->damage)
        g_ptr_array_unref(sync->damage);
    if (sync->disputed)
        g_ptr_array_unref(sync->disputed);
    if (sync->unreadable)
        g_ptr_array_unref(sync->unreadable);
    *sync = (IdxHoldSync){0};
}

static bool apply(IdxCatalogue *cat, const IdxHoldRecord *r, GError **error)
{
    switch (r->what) {
    case IDX_HOLD_RECORD_HOLD:
        return idx_db_run(cat, SQL_HOLD, error, "itttitttiitt", r->id, r->kind, r->hall, r->key,
                          (int64_t)r->day, r->owner, r->reason, r->case_no, (int64_t)r->review_day,
                          r->at_us, r->by, r->part ? r->part : "");
    case IDX_HOLD_RECORD_SPAN:
        return idx_db_run(cat, SQL_LOST_HOLD, error, "ii", r->id, r->at_us) &&
               idx_db_run(cat, SQL_SPAN, error, "itiii", r->id, r->camera, r->from_us, r->to_us,
                          r->at_us);
    case IDX_HOLD_RECORD_RELEASE:
        return idx_db_run(cat, SQL_RELEASE, error, "iitt", r->id, r->at_us, r->by, r->reason) &&
               idx_db_run(cat, SQL_RELEASE_SPANS, error, "ii", r->id, r->at_us);
    case IDX_HOLD_RECORD_NAME:
        return idx_db_run(cat, SQL_NAME, error, "it", r->id, r->key);
    case IDX_HOLD_RECORD_OTHER:
        break;
    }
    return true;
}

bool idx_hold_journal_put(IdxCatalogue *cat, IdxHoldRecord *record, GError **error)
{
    int64_t seq = 0;
    if (!idx_db_get_int(cat, &seq, SQL_NEXT_SEQ, error, ""))
        return false;
    record->seq = seq;
    g_autofree char *line = idx_hold_journal_line(record);
    cat->holds_changed = cat->holds_changed || !cat->trial;
    return idx_db_run(cat, SQL_STORE, error, "it", seq, line) && apply(cat, record, error);
}

/* --- files ------------------------------------------------------------------------------------ */

/* @ret_fd -1: there is none. */
static bool open_file(Journal *j, int *ret_fd, GError **error)
{
    g_autofree char *path = g_build_filename(j->root, IDX_HOLD_JOURNAL, NULL);
    int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK; // if it is no file, nobody waits for it
    int fd = open(path, (j->is_ours ? O_RDWR | O_APPEND : O_RDONLY) | flags);
    if (fd < 0 && j->is_ours && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        j->remark = g_strdup_printf("the journal of holds %s can be read, and not be written: %s",
                                    path, g_strerror(errno));
        fd = open(path, O_RDONLY | flags);
        j->shut = fd >= 0;
    }
    if (fd < 0 && errno != ENOENT)
        return mj_error_errno(error, errno, "cannot open the journal of holds %s", path);
    *ret_fd = fd;
    return true;
}

/* One that another process made just now gets lines twice, which does no harm. */
static bool make_file(Journal *j, GError **error)
{
    g_autofree char *path = g_build_filename(j->root, IDX_HOLD_JOURNAL, NULL);
    j->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
    if (j->fd < 0 || fchmod(j->fd, MODE) < 0)
        return mj_error_errno(error, errno, "cannot make the journal of holds %s", path);
    return mj_sync_folder(j->root, error);
}

static bool lock_file(Journal *j, GError **error)
{
    int64_t until_us = g_get_monotonic_time() + LOCK_WAIT_US;
    while (flock(j->fd, (j->is_ours ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return mj_error_errno(error, errno, "%s/" IDX_HOLD_JOURNAL, j->root);
        j->is_taken = g_get_monotonic_time() >= until_us;
        if (j->is_taken)
            return true;
        g_usleep(LOCK_LOOK_US);
    }
    return true;
}

static bool read_file(Journal *j, GPtrArray *damage, GError **error)
{
    struct stat st;
    g_autofree char *what = g_build_filename(j->root, IDX_HOLD_JOURNAL, NULL);
    if (!lock_file(j, error) || !idx_hold_journal_stat(j->fd, what, &st, error))
        return false;
    if (j->is_ours && !j->shut && (st.st_mode & 0777) != MODE &&
        fchmod(j->fd, MODE) < 0) // of another owner
        j->remark = g_strdup_printf("cannot set the mode of %s/" IDX_HOLD_JOURNAL ": %s", j->root,
                                    g_strerror(errno));
    size_t size = 0;
    int bad = 0;
    g_autofree char *text = idx_hold_journal_text(j->fd, what, (size_t)st.st_size, &size, error);
    if (!text)
        return false;
    j->bytes = (int64_t)size;
    g_ptr_array_unref(j->records);
    j->records = idx_hold_journal_parse(text, size, &bad);
    j->torn = size > 0 && text[size - 1] != '\n';
    guint before = damage->len;
    if (bad)
        idx_hold_damage_find(what, text, size, j->records, damage);
    j->damaged = damage->len > before;
    for (guint i = 0; i < j->records->len; i++)
        g_hash_table_add(j->known, &((IdxHoldRecord *)j->records->pdata[i])->seq);
    return true;
}

static Journal *open_journal(const char *root, bool is_ours, GPtrArray *damage, GError **error)
{
    g_autoptr(Journal) j = g_new0(Journal, 1);
    j->fd = -1;
    j->root = g_strdup(root);
    j->is_ours = is_ours;
    j->records = g_ptr_array_new();
    j->known = g_hash_table_new(g_int64_hash, g_int64_equal);
    if (!open_file(j, &j->fd, error) || (j->fd >= 0 && !read_file(j, damage, error)))
        return NULL;
    return g_steal_pointer(&j);
}

static void append_line(GString *text, const char *line)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    g_string_append_printf(text, "%.16s %s\n", digest, line);
}

/* What the catalogue has and the journal lacks, as lines. */
static GString *lacking(IdxCatalogue *cat, const Journal *j, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LINES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t seq = idx_db_int(q, 0);
        if (g_hash_table_contains(j->known, &seq))
            continue;
        if (text->len == 0 && j->torn)
            g_string_append_c(text, '\n');
        append_line(text, idx_db_text(q, 1));
    }
    return row == 0 ? g_steal_pointer(&text) : NULL;
}

static bool append(Journal *j, const GString *text, GError **error)
{
    if (text->len > 0 && j->is_taken)
        return mj_error_set(error, MJ_ERROR_BUSY, "somebody keeps %s/" IDX_HOLD_JOURNAL " locked",
                            j->root);
    g_autofree char *what = g_build_filename(j->root, IDX_HOLD_JOURNAL, NULL);
    if (text->len > 0 && !idx_hold_journal_fits(what, j->bytes + (int64_t)text->len, error))
        return false;
    if (text->len > 0 && j->fd < 0 && !make_file(j, error))
        return false;
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(j->fd, text->str + at, text->len - at);
        if (n < 0 && errno != EINTR)
            return mj_error_errno(error, errno, "cannot write %s/" IDX_HOLD_JOURNAL, j->root);
        at += n > 0 ? (size_t)n : 0;
    }
    return text->len == 0 || fsync(j->fd) == 0 ||
           mj_error_errno(error, errno, "cannot fsync %s/" IDX_HOLD_JOURNAL, j->root);
}

/* --- both ways -------------------------------------------------------------------------------- */

/* One that hangs or is not there is not touched: it would hang us, or be another disk. */
static bool is_there(const IdxVolume *volume)
{
    return !g_str_equal(volume->state, IDX_VOLUME_STALLED) &&
           !g_str_equal(volume->state, IDX_VOLUME_MISSING);
}

static void note_failure(IdxHoldSync *sync, const char *words)
{
    g_string_append_printf(sync->failed, "%s%s", sync->failed->len ? "; " : "", words);
}

static void unreadable_free(void *data)
{
    IdxHoldUnreadable *journal = data;
    g_free(journal->path);
    g_free(journal->why);
    g_free(journal);
}

static void note_unreadable(IdxHoldSync *sync, const char *root, const char *why)
{
    IdxHoldUnreadable *journal = g_new(IdxHoldUnreadable, 1);
    *journal = (IdxHoldUnreadable){g_build_filename(root, IDX_HOLD_JOURNAL, NULL), g_strdup(why)};
    g_ptr_array_add(sync->unreadable, journal);
}

static GPtrArray *open_all(IdxCatalogue *cat, IdxHoldSync *sync, GError **error)
{
    bool is_ours = !cat->trial && mj_home_is_own(cat->home);
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    GPtrArray *journals = volumes ? g_ptr_array_new_with_free_func(journal_free) : NULL;
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_autoptr(GError) local = NULL;
        sync->volumes++;
        Journal *journal = NULL;
        if (!is_there(volume))
            mj_error_set(&local, MJ_ERROR_IO, "volume %s is %s", volume->path, volume->state);
        else if (idx_volume_check(volume->id, volume->path, &local) &&
                 !(journal = open_journal(volume->path, is_ours, sync->damage, &local)))
            note_unreadable(sync, volume->path, local->message);
        if (journal)
            g_ptr_array_add(journals, journal);
        if (!journal || journal->remark)
            note_failure(sync, journal ? journal->remark : local->message);
    }
    return journals;
}

static int by_seq(gconstpointer a, gconstpointer b)
{
    const IdxHoldRecord *x = *(IdxHoldRecord *const *)a, *y = *(IdxHoldRecord *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

typedef struct Said { // of one record, by whom first
    const IdxHoldRecord *record;
    const char *root;
} Said;

/* @other: the volume that says otherwise; NULL: the catalogue does. */
static bool fail_disputed(const Journal *j, int64_t seq, const char *other, GError **error)
{
    g_autofree char *who = !other ? g_strdup("the catalogue")
                           : g_str_equal(other, j->root)
                               ? g_strdup("another line of it")
                               : g_build_filename(other, IDX_HOLD_JOURNAL, NULL);
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "%s/" IDX_HOLD_JOURNAL " says of record %" PRId64 " of holds what %s does"
                        " not; one of them is not of this home, or was changed: nothing is purged"
                        " until that is settled. mingjing rebuild holds what any of them holds;"
                        " then move the journal that is wrong away, and it is written anew",
                        j->root, seq, who);
}

/* 1: the catalogue has it; 0: it does not; -1: error, or it has another one. */
static int has_record(IdxCatalogue *cat, const Journal *j, const IdxHoldRecord *r, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LINE, error, "i", r->seq);
    int row = idx_db_step(cat, q, error);
    if (row > 0 && strcmp(idx_db_text(q, 0), r->line) != 0) {
        fail_disputed(j, r->seq, NULL, error);
        return -1;
    }
    return row;
}

/* Appends to @news what the catalogue has not, each once. False also if it contradicts. */
static bool look_through(IdxCatalogue *cat, const Journal *j, GHashTable *said, GPtrArray *news,
                         GError **error)
{
    for (guint i = 0; i < j->records->len; i++) {
        IdxHoldRecord *r = j->records->pdata[i];
        const Said *before = g_hash_table_lookup(said, &r->seq);
        if (before && strcmp(before->record->line, r->line) != 0)
            return fail_disputed(j, r->seq, before->root, error);
        if (before)
            continue;
        int has = has_record(cat, j, r, error);
        if (has < 0)
            return false;
        Said *one = g_new(Said, 1);
        *one = (Said){r, j->root};
        g_hash_table_insert(said, &r->seq, one);
        if (!has)
            g_ptr_array_add(news, r);
    }
    return true;
}

static bool take_in_order(IdxCatalogue *cat, const GPtrArray *records, int *ret_learnt,
                          GError **error)
{
    int learnt = 0;
    for (guint i = 0; i < records->len; i++) {
        const IdxHoldRecord *r = records->pdata[i];
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LINE, error, "i", r->seq);
        int row = idx_db_step(cat, q, error);
        g_clear_pointer(&q, idx_db_query_end);
        if (row < 0 || (row == 0 && (!idx_db_run(cat, SQL_STORE, error, "it", r->seq, r->line) ||
                                     !apply(cat, r, error))))
            return false;
        learnt += row == 0;
    }
    *ret_learnt += learnt;
    g_autoptr(json_t) detail = json_pack("{s:i}", "records", learnt);
    return learnt == 0 ||
           idx_audit(cat, &(IdxAudit){.what = "hold.learn", .detail = detail}, error);
}

bool idx_hold_journal_take(IdxCatalogue *cat, GPtrArray *records, int *ret_learnt, GError **error)
{
    if (records->len == 0) // most often there is nothing to write
        return true;
    g_ptr_array_sort(records, by_seq);
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, take_in_order(cat, records, ret_learnt, error), error);
}

static void read_free(void *data)
{
    IdxHoldJournal *journal = data;
    g_free(journal->path);
    g_ptr_array_unref(journal->records);
    g_free(journal);
}

static GPtrArray *tell_all_read(const GPtrArray *journals)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(read_free);
    for (guint i = 0; i < journals->len; i++) {
        const Journal *j = journals->pdata[i];
        IdxHoldJournal *one = g_new0(IdxHoldJournal, 1);
        one->path = g_build_filename(j->root, IDX_HOLD_JOURNAL, NULL);
        one->records = g_ptr_array_ref(j->records);
        g_ptr_array_add(all, one);
    }
    return all;
}

static bool learn(IdxCatalogue *cat, const GPtrArray *journals, IdxHoldSync *sync, GError **error)
{
    g_autoptr(GPtrArray) news = g_ptr_array_new();
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    g_autoptr(GError) local = NULL;
    for (guint i = 0; i < journals->len; i++) {
        if (look_through(cat, journals->pdata[i], said, news, &local))
            continue;
        if (mj_error_is(local, MJ_ERROR_CONFLICT))
            sync->disputed = tell_all_read(journals);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    return idx_hold_journal_take(cat, news, &sync->learnt, error);
}

static bool write_out(IdxCatalogue *cat, Journal *j, IdxHoldSync *sync, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GString) text = lacking(cat, j, error);
    if (!text)
        return false;
    if (text->len > 0 && !j->is_ours)
        sync->waiting++;
    else if (text->len > 0 && j->shut)
        return true; // its remark is told already
    else if (append(j, text, &local))
        sync->written++;
    else
        note_failure(sync, local->message);
    return true;
}

/* What can be read is the catalogue's by now. */
static bool judge(IdxCatalogue *cat, const GPtrArray *journals, IdxHoldSync *sync, GError **error)
{
    g_autoptr(GPtrArray) wholes = g_ptr_array_new();
    for (guint i = 0; i < journals->len; i++) {
        const Journal *j = journals->pdata[i];
        if (!j->damaged)
            g_ptr_array_add(wholes, j->known);
    }
    return idx_hold_damage_judge(cat, sync->damage, wholes, error);
}

static void note_damage(IdxHoldSync *sync)
{
    g_autoptr(GPtrArray) all = idx_hold_damage_summary(sync->damage);
    for (guint i = 0; i < all->len; i++)
        note_failure(sync, all->pdata[i]);
}

bool idx_hold_journal_sync(IdxCatalogue *cat, IdxHoldSync *ret, GError **error)
{
    *ret = (IdxHoldSync){.failed = g_string_new(NULL),
                         .unreadable = g_ptr_array_new_with_free_func(unreadable_free),
                         .damage =
                             g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_damage_free)};
    g_autoptr(GPtrArray) journals = open_all(cat, ret, error);
    if (!journals || !learn(cat, journals, ret, error) || !judge(cat, journals, ret, error))
        return false;
    note_damage(ret);
    for (guint i = 0; i < journals->len && !cat->trial; i++)
        if (!write_out(cat, journals->pdata[i], ret, error))
            return false;
    return true;
}

static void catch_up(IdxCatalogue *cat)
{
    g_auto(IdxHoldSync) sync = {0};
    cat->holds_changed = false;
    idx_hold_journal_sync(cat, &sync, NULL);
    cat->holds_caught_us = g_get_monotonic_time();
}

void idx_hold_journal_committed(IdxCatalogue *cat)
{
    if (cat->trial)
        return;
    if (cat->holds_wait == 0 ||
        g_get_monotonic_time() - cat->holds_caught_us >= IDX_HOLD_JOURNAL_LATE_US)
        catch_up(cat);
}

void idx_hold_journal_many_begin(IdxCatalogue *cat)
{
    cat->holds_wait++;
}

void idx_hold_journal_many_end(IdxCatalogue *cat)
{
    g_assert(cat->holds_wait > 0);
    if (--cat->holds_wait == 0 && cat->holds_changed && cat->depth == 0)
        catch_up(cat);
}
