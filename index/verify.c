// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/verify.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/crypto.h"
#include "index/db.h"
#include "index/guards.h"
#include "index/hold/damage.h"
#include "index/hold/hold.h"
#include "index/pace.h"
#include "index/purge/disposition.h"
#include "index/segment/segment.h"
#include "index/segment/volume.h"
#include "index/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_ROWS 512
#define READ_BYTES (1 << 20)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

static const char SQL_COUNT[] = "SELECT count(*) FROM segment WHERE id <= ?";
static const char SQL_LAST_ID[] = "SELECT coalesce(max(id), 0) FROM segment";
static const char SQL_PAGE[] =
    "SELECT id FROM segment WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";
static const char SQL_BEFORE[] =
    "SELECT coalesce(max(end_us), -9223372036854775808) FROM segment WHERE id ="
    " (SELECT id FROM segment WHERE stream_id = ?1 AND start_us < ?2 ORDER BY start_us DESC LIMIT "
    "1)";
static const char SQL_KNOWN[] = "SELECT count(*) FROM segment WHERE path = ? AND volume_id = ?";

typedef struct Check {
    IdxCatalogue *cat;
    const IdxVerify *how;
    IdxVerifySums sums;
    int64_t volume_id; // whose files are looked at
    IdxLife life;      // of any recorder
    int64_t all, told_us;
    IdxPace pace;
    uint8_t *buffer;
} Check;

static const char *const NAMES[] = {
    [IDX_FINDING_MISSING] = "missing",
    [IDX_FINDING_SHORT] = "short",
    [IDX_FINDING_LONG] = "long",
    [IDX_FINDING_HASH] = "hash",
    [IDX_FINDING_INDEX] = "index",
    [IDX_FINDING_OVERLAP] = "overlap",
    [IDX_FINDING_LEFT_OPEN] = "left-open",
    [IDX_FINDING_ORPHAN] = "orphan",
    [IDX_FINDING_HOLDS] = "holds",
    [IDX_FINDING_CATALOGUE] = "catalogue",
    [IDX_FINDING_UNREADABLE] = "unreadable",
};

const char *idx_finding_name(IdxFindingKind kind)
{
    return NAMES[kind];
}

G_GNUC_PRINTF(5, 6)
static void tell(Check *check, IdxFindingKind kind, int64_t id, const char *path,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    check->sums.findings++;
    if (check->how->found) {
        IdxFinding finding = {.kind = kind, .segment_id = id, .path = path, .words = words};
        check->how->found(&finding, check->how->data);
    }
}

static void tell_progress(Check *check)
{
    int64_t now_us = mj_clock_mono_us(mj_clock_system());
    if (!check->how->progress || now_us - check->told_us < MJ_SECOND_US)
        return;
    check->told_us = now_us;
    check->how->progress(check->sums.segments, check->all, check->pace.bytes, check->how->data);
}

static bool hash_file(Check *check, int fd, uint8_t digest[IDX_SHA256_BYTES])
{
    g_autoptr(EVP_MD_CTX) md = EVP_MD_CTX_new();
    EVP_DigestInit_ex(md, idx_crypto_sha256(), NULL);
    ssize_t n = 0;
    while ((n = read(fd, check->buffer, READ_BYTES)) > 0) {
        EVP_DigestUpdate(md, check->buffer, (size_t)n);
        idx_pace_add(&check->pace, n);
        tell_progress(check);
    }
    return n == 0 && EVP_DigestFinal_ex(md, digest, NULL) == 1;
}

static void check_hash(Check *check, const IdxSegment *s, int fd)
{
    uint8_t digest[IDX_SHA256_BYTES];
    if (!s->has_sha256 || !hash_file(check, fd, digest))
        tell(check, IDX_FINDING_HASH, s->id, s->path, "%s",
             s->has_sha256 ? g_strerror(errno) : "closed without a hash");
    else if (memcmp(digest, s->sha256, sizeof digest) != 0)
        tell(check, IDX_FINDING_HASH, s->id, s->path,
             "its bytes are not those that were recorded (SHA-256 differs)");
}

static void check_size(Check *check, const IdxSegment *s, int64_t size)
{
    IdxLife life = {0};
    bool open = strcmp(s->state, "open") == 0;
    if (size < s->bytes)
        tell(check, IDX_FINDING_SHORT, s->id, s->path, "has %" PRId64 " bytes of %" PRId64, size,
             s->bytes);
    else if (!open && size > s->bytes)
        tell(check, IDX_FINDING_LONG, s->id, s->path, "has %" PRId64 " bytes more than recorded",
             size - s->bytes);
    if (open && idx_recorder_life(check->cat, s->stream_id, check->how->now_us, &life, NULL) &&
        !life.alive)
        tell(check, IDX_FINDING_LEFT_OPEN, s->id, s->path,
             "was left open; mingjing-capture closes it when it starts");
}

static void check_file(Check *check, const IdxSegment *s)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idx_volume_file(check->cat, s->volume_id, s->path, &error);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        tell(check, IDX_FINDING_MISSING, s->id, s->path, "%s",
             path ? g_strerror(errno) : error->message);
    else if (!S_ISREG(st.st_mode))
        tell(check, IDX_FINDING_MISSING, s->id, s->path, "what stands in its place is no file");
    else {
        check_size(check, s, st.st_size);
        check->sums.bytes += st.st_size;
        if (check->how->deep && strcmp(s->state, "open") != 0)
            check_hash(check, s, fd);
    }
    if (fd >= 0)
        close(fd);
}

static bool check_rows(Check *check, const IdxSegment *s, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GArray) fragments = idx_segment_fragments(check->cat, s, &local);
    int64_t before_us = 0, bytes = s->init_bytes, end_us = s->start_us;
    for (guint i = 0; fragments && i < fragments->len; i++) {
        const IdxFragment *f = &g_array_index(fragments, IdxFragment, i);
        bytes = f->offset + f->length;
        end_us = f->start_us + f->duration_us;
    }
    if (!fragments && !mj_error_is(local, MJ_ERROR_CORRUPT)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (!fragments || bytes != s->bytes || end_us != s->end_us)
        tell(check, IDX_FINDING_INDEX, s->id, s->path,
             "its fragments make %" PRId64 " bytes and %" PRId64 " us; the row says %" PRId64
             " and %" PRId64,
             bytes, end_us - s->start_us, s->bytes, s->end_us - s->start_us);
    if (!idx_db_get_int(check->cat, &before_us, SQL_BEFORE, error, "ii", s->stream_id, s->start_us))
        return false;
    if (before_us > s->start_us)
        tell(check, IDX_FINDING_OVERLAP, s->id, s->path,
             "begins %" PRId64 " us before the segment before it ends", before_us - s->start_us);
    return true;
}

/* A segment may be purged or discarded between the page and the look. */
static bool look_at(Check *check, int64_t id, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(IdxSegment) s = idx_segment_get(check->cat, id, &local);
    if (!s && mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return true;
    if (!s) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    check->sums.segments++;
    tell_progress(check);
    check_file(check, s);
    return check_rows(check, s, error);
}

/* Row and fragments are read in one snapshot, since a recorder may be writing them. */
static bool check_segment(Check *check, int64_t id, GError **error)
{
    static const char SQL_BEGIN[] = "BEGIN";
    static const char SQL_END[] = "COMMIT";
    if (!idx_db_run(check->cat, SQL_BEGIN, error, ""))
        return false;
    bool ok = look_at(check, id, error);
    return idx_db_run(check->cat, SQL_END, ok ? error : NULL, "") && ok;
}

static GArray *read_page(Check *check, int64_t after, int64_t last, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q =
        idx_db_query(check->cat, SQL_PAGE, error, "iii", after, last, (int64_t)PAGE_ROWS);
    return idx_db_append_ints(check->cat, q, ids, error) ? g_steal_pointer(&ids) : NULL;
}

static bool check_segments(Check *check, GError **error)
{
    int64_t last = 0, after = 0;
    if (!idx_db_get_int(check->cat, &last, SQL_LAST_ID, error, "") ||
        !idx_db_get_int(check->cat, &check->all, SQL_COUNT, error, "i", last))
        return false;
    for (;;) {
        g_autoptr(GArray) ids = read_page(check, after, last, error);
        if (!ids)
            return false;
        if (ids->len == 0)
            return true;
        for (guint i = 0; i < ids->len; i++)
            if (!check_segment(check, g_array_index(ids, int64_t, i), error))
                return false;
        after = g_array_index(ids, int64_t, ids->len - 1);
    }
}

/* The recorder makes the row a moment after the file: one that is that young is no orphan yet. */
static bool is_settled(const Check *check, const struct stat *st)
{
    int64_t changed_us = (int64_t)st->st_mtim.tv_sec * MJ_SECOND_US + st->st_mtim.tv_nsec / 1000;
    int64_t age_us = check->how->now_us - changed_us; // negative: a clock was ahead, now or then
    return !check->life.alive || ABS(age_us) > IDX_VERIFY_YOUNG_S * MJ_SECOND_US;
}

static bool check_orphan(Check *check, const char *relative, const struct stat *st, GError **error)
{
    int64_t known = 0;
    bool pending = false; // a purge that was killed has marked it: its record is there
    check->sums.files++;
    if (!idx_db_get_int(check->cat, &known, SQL_KNOWN, error, "ti", relative, check->volume_id) ||
        (!known && !idx_disposition_pending(check->cat, relative, &pending, error)))
        return false;
    if (!known && !pending && !is_settled(check, st))
        check->sums.young++;
    else if (!known && !pending)
        tell(check, IDX_FINDING_ORPHAN, 0, relative, "the catalogue does not know this file");
    return true;
}

/* What else there is, is looked at. */
static void tell_unreadable(Check *check, const char *path, int failed)
{
    if (failed != ENOENT)
        tell(check, IDX_FINDING_UNREADABLE, 0, path,
             "cannot be looked into: %s; what is in it is not known", g_strerror(failed));
}

static bool check_folder(Check *check, const char *root, const char *relative, int depth,
                         GError **error)
{
    g_autofree char *path = g_build_filename(root, relative, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    if (!dir)
        tell_unreadable(check, relative[0] ? relative : root, errno);
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *below =
            relative[0] ? g_build_filename(relative, name, NULL) : g_strdup(name);
        g_autofree char *full = g_build_filename(root, below, NULL);
        struct stat st;
        if (lstat(full, &st) < 0) { // gone meanwhile, or its place on the disk is bad
            tell_unreadable(check, below, errno);
            continue;
        }
        if (relative[0] == '\0' && g_str_has_prefix(name, IDX_VOLUME_OWN))
            continue;
        bool ok = S_ISDIR(st.st_mode) && depth > 0
                      ? check_folder(check, root, below, depth - 1, error)
                      : check_orphan(check, below, &st, error);
        if (!ok)
            return false;
    }
    return true;
}

/* One that is not there is told by each of its segments as well. */
static bool check_volumes(Check *check, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(check->cat, error);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        check->volume_id = volume->id;
        g_autoptr(GError) gone = NULL;
        if (volume->id != IDX_VOLUME_HOME && !idx_volume_check(volume->id, volume->path, &gone)) {
            tell(check, IDX_FINDING_UNREADABLE, 0, volume->path,
                 "the volume is not there: %s; mount it, or, if it is gone for good, mingjing "
                 "volume "
                 "remove",
                 gone->message);
            continue;
        }
        if (!check_folder(check, volume->path, "", 3, error)) // camera, stream, day
            return false;
    }
    return volumes != NULL;
}

static void tell_holds(const char *path, const char *words, void *data)
{
    tell(data, IDX_FINDING_HOLDS, 0, path, "%s", words);
}

static void tell_guard(const char *words, void *data)
{
    tell(data, IDX_FINDING_CATALOGUE, 0, "catalogue.db", "%s", words);
}

static void looking(int done, int all, const char *table, void *data)
{
    const Check *check = data;
    if (check->how->looking)
        check->how->looking(done, all, table, check->how->data);
}

/* What purge refuses to go on with is a finding here. */
static bool check_holds(Check *check, GError **error)
{
    g_autoptr(GError) undone = NULL;
    if (idx_hold_check(check->cat, &undone))
        return true;
    if (!mj_error_is(undone, MJ_ERROR_CONFLICT)) {
        g_propagate_error(error, g_steal_pointer(&undone));
        return false;
    }
    tell_holds("catalogue.db", undone->message, check);
    return true;
}

static bool check_guards(Check *check, GError **error)
{
    return idx_guards_check(check->cat, tell_guard, looking, check, error) &&
           idx_hold_damage_look(check->cat, check->how->now_us, IDX_VERIFY_YOUNG_S * MJ_SECOND_US,
                                tell_holds, check, error) &&
           check_holds(check, error);
}

/* One part of it. Where the catalogue is malformed that is told, and the next part looked at. */
static bool check_part(Check *check, bool (*part)(Check *check, GError **error), GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (part(check, &failed))
        return true;
    if (!mj_error_is(failed, MJ_ERROR_CORRUPT)) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    tell(check, IDX_FINDING_CATALOGUE, 0, "catalogue.db",
         "%s; not everything could be compared with it", failed->message);
    return true;
}

bool idx_verify(IdxCatalogue *cat, const IdxVerify *how, IdxVerifySums *ret_sums, GError **error)
{
    g_autofree uint8_t *buffer = g_malloc(READ_BYTES);
    Check check = {
        .cat = cat, .how = how, .pace = idx_pace_begin(how->bytes_per_s), .buffer = buffer};
    check.told_us = check.pace.began_mono_us;
    bool ok = check_guards(&check, error) &&
              idx_recorder_life(cat, 0, how->now_us, &check.life, error) &&
              check_part(&check, check_segments, error) && check_part(&check, check_volumes, error);
    *ret_sums = check.sums;
    return ok;
}
