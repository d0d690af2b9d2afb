// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/head.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/base/make_file.h"
#include "index/db.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD "mingjing-audit-head-1 "
#define DIGITS 19
#define HASH_AT (sizeof WORD - 1 + DIGITS + 1)
#define TIME_AT (HASH_AT + 2 * IDX_AUDIT_HASH + 1)

static const char SQL_HASH[] = "SELECT hash FROM audit WHERE seq = ?";

// ── lines ──

char *idx_audit_hash_format(const uint8_t hash[IDX_AUDIT_HASH])
{
    GString *text = g_string_sized_new(2 * IDX_AUDIT_HASH + 1);
    for (int i = 0; i < IDX_AUDIT_HASH; i++)
        g_string_append_printf(text, "%02x", hash[i]);
    return g_string_free(text, FALSE);
}

bool idx_audit_hash_parse(const char *hex, size_t size, uint8_t ret[IDX_AUDIT_HASH])
{
    uint8_t hash[IDX_AUDIT_HASH];
    if (size != 2 * IDX_AUDIT_HASH)
        return false;
    for (int i = 0; i < IDX_AUDIT_HASH; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret, hash, sizeof hash);
    return true;
}

char *idx_audit_head_format(const IdxAuditHead *head)
{
    g_autofree char *hash = idx_audit_hash_format(head->hash);
    return g_strdup_printf(WORD "%0*" PRId64 " %s %0*" PRId64 "\n", DIGITS, head->seq, hash, DIGITS,
                           head->at_us);
}

static bool parse_number(const char *text, int64_t *ret)
{
    char digits[DIGITS + 1] = {0};
    memcpy(digits, text, DIGITS);
    for (int i = 0; i < DIGITS; i++)
        if (!g_ascii_isdigit(digits[i]))
            return false;
    return g_ascii_string_to_signed(digits, 10, 0, INT64_MAX, ret, NULL);
}

bool idx_audit_head_parse_line(const char *line, size_t size, IdxAuditHead *ret)
{
    IdxAuditHead head;
    if (size != IDX_AUDIT_HEAD_LINE || memcmp(line, WORD, sizeof WORD - 1) != 0 ||
        line[HASH_AT - 1] != ' ' || line[TIME_AT - 1] != ' ' || line[size - 1] != '\n' ||
        !parse_number(line + sizeof WORD - 1, &head.seq) || head.seq == 0 ||
        !idx_audit_hash_parse(line + HASH_AT, 2 * IDX_AUDIT_HASH, head.hash) ||
        !parse_number(line + TIME_AT, &head.at_us))
        return false;
    *ret = head;
    return true;
}

GArray *idx_audit_head_parse(const char *text, size_t size, GError **error)
{
    g_autoptr(GArray) heads = g_array_new(FALSE, FALSE, sizeof(IdxAuditHead));
    int line = 1;
    for (size_t at = 0; at < size; line++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end + 1 - (text + at)) : size - at;
        IdxAuditHead head;
        if (!idx_audit_head_parse_line(text + at, length, &head)) {
            mj_error_set(error, MJ_ERROR_CORRUPT,
                         "line %d of " IDX_AUDIT_HEAD_FILE " is not of this file", line);
            return NULL;
        }
        g_array_append_val(heads, head);
        at += length;
    }
    return g_steal_pointer(&heads);
}

// ── the file ──

static int open_file(const char *home, int flags, GError **error)
{
    g_autofree char *path = g_build_filename(home, IDX_AUDIT_HEAD_FILE, NULL);
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0 && errno == ENOENT)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no %s", path);
    else if (fd < 0)
        mj_error_errno(error, errno, "cannot open %s", path);
    return fd;
}

GArray *idx_audit_head_read(const char *home, GError **error)
{
    int fd = open_file(home, O_RDONLY, error);
    if (fd < 0)
        return NULL;
    g_autofree char *text = g_malloc(IDX_AUDIT_HEAD_FILE_MAX + IDX_AUDIT_HEAD_LINE);
    flock(fd, LOCK_SH); // not between the two halves of somebody's line
    ssize_t n = pread(fd, text, IDX_AUDIT_HEAD_FILE_MAX + IDX_AUDIT_HEAD_LINE, 0);
    int failed = errno;
    close(fd);
    if (n < 0) {
        mj_error_errno(error, failed, "cannot read %s/" IDX_AUDIT_HEAD_FILE, home);
        return NULL;
    }
    return idx_audit_head_parse(text, (size_t)n, error);
}

static bool is_in_log(IdxCatalogue *cat, const IdxAuditHead *head)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HASH, NULL, "i", head->seq);
    return idx_db_step(cat, q, NULL) > 0 && sqlite3_column_bytes(q, 0) == IDX_AUDIT_HASH &&
           memcmp(sqlite3_column_blob(q, 0), head->hash, IDX_AUDIT_HASH) == 0;
}

#define QUICKER (-1) // another process has noted a newer one
#define FULL (-2)    // of lines that the log does not have

/* Where the line goes: over the last one that is in the log, or below it. */
static off_t find_offset(IdxCatalogue *cat, int fd, off_t size, int64_t seq)
{
    char line[IDX_AUDIT_HEAD_LINE];
    IdxAuditHead last;
    off_t at = size - IDX_AUDIT_HEAD_LINE;
    bool ours = at >= 0 && pread(fd, line, sizeof line, at) == (ssize_t)sizeof line &&
                idx_audit_head_parse_line(line, sizeof line, &last) && is_in_log(cat, &last);
    if (ours)
        return last.seq < seq ? at : QUICKER;
    return size <= IDX_AUDIT_HEAD_FILE_MAX - IDX_AUDIT_HEAD_LINE ? size : FULL;
}

/* A new file belongs to whom the catalogue does, also if root was the first to write a row. */
static void make_durable(IdxCatalogue *cat, int fd)
{
    struct stat about;
    g_autofree char *catalogue = mj_home_catalogue(cat->home);
    /* Who may write the catalogue may write it too. */
    if (stat(catalogue, &about) == 0 &&
        ((geteuid() == 0 && fchown(fd, about.st_uid, about.st_gid) < 0) ||
         fchmod(fd, about.st_mode & 0660) < 0))
        mj_log_warning(NULL,
                       "%s/" IDX_AUDIT_HEAD_FILE " has not the catalogue's owner and mode: %s",
                       cat->home, g_strerror(errno));
    int folder = open(cat->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fsync(fd) < 0 || folder < 0 || fsync(folder) < 0)
        mj_log_warning(NULL, "%s/" IDX_AUDIT_HEAD_FILE " may not outlive a power cut: %s",
                       cat->home, g_strerror(errno));
    if (folder >= 0)
        close(folder);
}

static bool fail_full(const IdxCatalogue *cat, GError **error)
{
    return mj_error_set(
        error, MJ_ERROR_CONFLICT,
        "%s/" IDX_AUDIT_HEAD_FILE
        " is full of notes that the audit log does not have, and no more are made: see "
        "mingjing audit verify, then move the file away; a new one is begun",
        cat->home);
}

static bool note(IdxCatalogue *cat, const IdxAuditHead *head, GError **error)
{
    int fd = open_file(cat->home, O_RDWR | O_CREAT, error);
    if (fd < 0)
        return false;
    struct stat about;
    g_autofree char *line = idx_audit_head_format(head);
    bool ok = flock(fd, LOCK_EX) == 0 && fstat(fd, &about) == 0;
    off_t at = ok ? find_offset(cat, fd, about.st_size, head->seq) : QUICKER;
    if (ok && at >= 0)
        ok = mj_write_all(fd, line, IDX_AUDIT_HEAD_LINE, at);
    if (at == FULL)
        ok = fail_full(cat, error);
    else if (!ok)
        mj_error_errno(error, errno, "cannot write %s/" IDX_AUDIT_HEAD_FILE, cat->home);
    if (ok && about.st_size == 0)
        make_durable(cat, fd);
    close(fd); // and with it the lock
    return ok;
}

// ── around the commit ──

bool idx_audit_closing(IdxCatalogue *cat, GError **error)
{
    return idx_audit_head(cat, &cat->audit.last_seq, cat->audit.last_hash, error);
}

static void note_last(IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    IdxAuditHead head = {.seq = cat->audit.last_seq, .at_us = mj_clock_utc_us(mj_clock_system())};
    memcpy(head.hash, cat->audit.last_hash, sizeof head.hash);
    if (!note(cat, &head, &error) && !cat->audit.told)
        mj_log_warning(NULL, "%s; the audit log itself is complete", error->message);
    cat->audit.told = error != NULL;
}

void idx_audit_closed(IdxCatalogue *cat)
{
    cat->audit.written += cat->audit.last_seq - cat->audit.base_seq;
    if (cat->audit.lazy || cat->audit.last_seq == cat->audit.base_seq)
        return;
    if (cat->mode == IDX_WRITE || idx_db_sync(cat, NULL)) // what may be lost yet is not noted
        note_last(cat);
}

bool idx_audit_lazily(IdxCatalogue *cat, GError **error)
{
    cat->audit.lazy = true;
    return idx_db_set_durable(cat, false, error);
}

bool idx_audit_sync(IdxCatalogue *cat, GError **error)
{
    if (!idx_audit_closing(cat, error)) // before: what is in it is on disk after
        return false;
    if (!idx_db_sync(cat, error))
        return false;
    if (cat->audit.last_seq > 0)
        note_last(cat);
    return true;
}
