// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/damage.h"

#include "index/db.h"

#include <inttypes.h>
#include <string.h>

#define DIGITS 16      // and a blank, before a record
#define DIGITS_LEAST 8 // of them tell a record from others
#define STRANGE_MOST 4 // bytes of one letter that was changed
#define SAID_MOST 10   // lines of one journal, where they are summed up
#define NODE_BITS 40   // schema.sql, "id": a home counts from its number << 40 on

static const char SQL_LINES[] = "SELECT line FROM hold_record";
static const char SQL_LEAST[] = "SELECT coalesce(min(seq), 0) FROM hold_record";
static const char SQL_BETWEEN[] = "SELECT count(*) FROM hold_record WHERE seq > ? AND seq < ?";
static const char SQL_BEHIND[] = "SELECT seq, line FROM hold_record WHERE seq > ? ORDER BY seq";
static const char SQL_RELEASED[] = "SELECT released_us IS NOT NULL FROM hold WHERE id = ?";

void idx_hold_damage_free(IdxHoldDamage *damage)
{
    if (!damage)
        return;
    g_free(damage->path);
    g_clear_pointer(&damage->bytes, g_bytes_unref);
    g_free(damage->camera);
    g_free(damage);
}

/* --- which record it is of -------------------------------------------------------------------- */

/* As it stands in a journal, without the newline. Caller frees. */
static char *whole_of(const char *record)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, record, -1);
    return g_strdup_printf("%.*s %s", DIGITS, digest, record);
}

static bool is_of(const char *bytes, size_t size, const char *whole)
{
    size_t length = strlen(whole), digits = MIN(size, DIGITS);
    if (size <= length && digits >= DIGITS_LEAST && memcmp(bytes, whole, digits) == 0)
        return true;
    return size == length && memcmp(bytes + DIGITS, whole + DIGITS, length - DIGITS) == 0;
}

typedef struct Known { // what could be read of a journal
    GPtrArray *wholes;
    GHashTable *heads,
        *texts; // the same by their first digits, and by what stands behind the digits
} Known;

static void known_clear(Known *known)
{
    g_clear_pointer(&known->heads, g_hash_table_unref);
    g_clear_pointer(&known->texts, g_hash_table_unref);
    g_clear_pointer(&known->wholes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)

static void know_all(Known *known, const GPtrArray *records)
{
    known->wholes = g_ptr_array_new_with_free_func(g_free);
    known->heads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    known->texts = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < records->len; i++) {
        char *whole = whole_of(((const IdxHoldRecord *)records->pdata[i])->line);
        g_ptr_array_add(known->wholes, whole);
        g_hash_table_insert(known->heads, g_strndup(whole, DIGITS_LEAST), whole);
        g_hash_table_insert(known->texts, whole + DIGITS, whole);
    }
}

static bool stands_again(const char *bytes, size_t size, const Known *known)
{
    if (size > IDX_HOLD_LINE_MAX) // no record is
        return false;
    g_autofree char *head = g_strndup(bytes, MIN(size, DIGITS_LEAST));
    g_autofree char *text = g_strndup(bytes + MIN(size, DIGITS), size - MIN(size, DIGITS));
    const char *by_head = g_hash_table_lookup(known->heads, head);
    const char *by_text = g_hash_table_lookup(known->texts, text);
    return (by_head && is_of(bytes, size, by_head)) || (by_text && is_of(bytes, size, by_text));
}

/* Torn before it could be told from others: the next line is its record, which was written again. */
static bool is_begun_again(const char *bytes, size_t size, const char *next, const char *end)
{
    const char *newline = next < end ? memchr(next, '\n', (size_t)(end - next)) : NULL;
    if (!newline || size >= DIGITS_LEAST || (size_t)(newline - next) < size ||
        memcmp(bytes, next, size) != 0)
        return false;
    int bad = 0;
    g_ptr_array_unref(idx_hold_journal_parse(next, (size_t)(newline - next) + 1, &bad));
    return bad == 0;
}

/* --- what it says ----------------------------------------------------------------------------- */

static const char *find_text(const char *bytes, size_t size, const char *text)
{
    return memmem(bytes, size, text, strlen(text));
}

/* How many bytes that no record has stand at @at. */
static size_t count_strange(const char *bytes, size_t size, size_t at)
{
    size_t n = 0;
    for (; at + n < size; n++) {
        gunichar c = g_utf8_get_char_validated(bytes + at + n, (gssize)(size - at - n));
        if (c != (gunichar)-1 && c != (gunichar)-2 && c >= 0x20 && c != 0x7f)
            break;
    }
    return n;
}

static bool is_one_record(const char *bytes, size_t size)
{
    static const char BEGIN[] = "{\"v\":", DO[] = "\"do\":\"";
    const char *begin = find_text(bytes, size, BEGIN), *word = find_text(bytes, size, DO);
    const char *end = bytes + size;
    if (!begin || !word || find_text(begin + 1, (size_t)(end - begin) - 1, BEGIN) ||
        find_text(word + 1, (size_t)(end - word) - 1, DO))
        return false;
    int places = 0;
    for (size_t at = 0; at < size;) {
        size_t strange = count_strange(bytes, size, at);
        places += strange > 0;
        if (strange > STRANGE_MOST || places > 1)
            return false;
        at += strange ? strange : (size_t)g_utf8_skip[(guchar)bytes[at]];
    }
    return size <= IDX_HOLD_LINE_MAX;
}

/* The code behind "camera". Caller frees. */
static char *camera_of(const char *bytes, size_t size)
{
    static const char BEFORE[] = "\"camera\":\"";
    const char *from = find_text(bytes, size, BEFORE);
    from = from ? from + strlen(BEFORE) : NULL;
    const char *end = from ? memchr(from, '"', (size_t)(bytes + size - from)) : NULL;
    return end && g_utf8_validate(from, end - from, NULL) ? g_strndup(from, (gsize)(end - from))
                                                          : NULL;
}

/* 0 if it cannot be read. */
static int64_t id_of(const char *bytes, size_t size)
{
    static const char BEFORE[] = ",\"id\":";
    const char *from = find_text(bytes, size, BEFORE);
    int64_t id = 0;
    if (!from)
        return 0;
    for (from += strlen(BEFORE); from < bytes + size && g_ascii_isdigit(*from); from++)
        if ((id = id * 10 + (*from - '0')) > INT64_MAX / 100)
            return 0;
    return from < bytes + size && *from == ',' ? id : 0;
}

static void read_what(IdxHoldDamage *d, const char *bytes, size_t size)
{
    static const char *const WORDS[] = {
        [IDX_HOLD_RECORD_HOLD] = "\"do\":\"hold\"",
        [IDX_HOLD_RECORD_SPAN] = "\"do\":\"span\"",
        [IDX_HOLD_RECORD_RELEASE] = "\"do\":\"release\"",
        [IDX_HOLD_RECORD_NAME] = "\"do\":\"name\"",
    };
    d->what = IDX_HOLD_RECORD_OTHER;
    if (!is_one_record(bytes, size))
        return;
    for (int i = 0; i < IDX_HOLD_RECORD_OTHER; i++)
        if (find_text(bytes, size, WORDS[i]))
            d->what = (IdxHoldRecordKind)i;
    d->id = id_of(bytes, size);
    d->of_cameras =
        d->what == IDX_HOLD_RECORD_HOLD && find_text(bytes, size, "\"kind\":\"camera\"");
    if (d->what == IDX_HOLD_RECORD_SPAN)
        d->camera = camera_of(bytes, size);
}

/* --- finding ---------------------------------------------------------------------------------- */

static IdxHoldDamage *add(const char *path, int number, GPtrArray *damage)
{
    IdxHoldDamage *d = g_new0(IdxHoldDamage, 1);
    d->path = g_strdup(path);
    d->line = number;
    d->what = IDX_HOLD_RECORD_OTHER;
    g_ptr_array_add(damage, d);
    return d;
}

typedef struct Place { // between two whole lines
    const char *from;
    int64_t before; // number of the first of the two
    guint first;    // of what is damaged there
} Place;

/* @to, of the next whole line: its begin, and @after its number; or the end. */
static void end_place(Place *place, const char *to, int64_t after, const GPtrArray *damage)
{
    for (guint i = place->first; i < damage->len; i++) {
        IdxHoldDamage *d = damage->pdata[i];
        d->before = place->before;
        d->after = after;
        d->gap_bytes = (size_t)(to - place->from);
        memcpy(d->head, place->from, MIN(sizeof d->head - 1, d->gap_bytes));
    }
    place->first = damage->len;
    place->before = after;
}

void idx_hold_damage_find(const char *path, const char *text, size_t size, const GPtrArray *records,
                          GPtrArray *damage)
{
    g_auto(Known) known = {0};
    const char *end = text + size;
    IdxHoldDamage *last = NULL;
    Place place = {text, 0, damage->len};
    int found = 0;
    know_all(&known, records);
    for (int number = 1; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline ? newline + 1 : end;
        size_t length = (size_t)((newline ? newline : end) - text);
        int bad = 0;
        g_autoptr(GPtrArray) whole = idx_hold_journal_parse(text, (size_t)(next - text), &bad);
        if (whole->len > 0) {
            end_place(&place, text, ((const IdxHoldRecord *)whole->pdata[0])->seq, damage);
            place.from = next;
        }
        if (bad && !stands_again(text, length, &known) &&
            !is_begun_again(text, length, next, end)) {
            if (++found <= IDX_HOLD_DAMAGE_MAX + 1)
                last = add(path, number, damage);
            if (found <= IDX_HOLD_DAMAGE_MAX) {
                last->bytes = g_bytes_new(text, MIN(length, IDX_HOLD_LINE_MAX + 1));
                read_what(last, text, length);
            } else {
                last->more++;
            }
        }
        text = next;
    }
    end_place(&place, end, 0, damage);
}

/* --- whether it is lost ----------------------------------------------------------------------- */

/* The number behind which its records are; negative: not known. */
static bool find_begin(IdxCatalogue *cat, const IdxHoldDamage *d, int64_t *ret, GError **error)
{
    int64_t least = d->after;
    if (d->before || least) {
        *ret = d->before ? d->before : least >> NODE_BITS << NODE_BITS;
        return true;
    }
    if (!idx_db_get_int(cat, &least, SQL_LEAST, error, ""))
        return false;
    *ret = least ? least >> NODE_BITS << NODE_BITS : -1;
    return true;
}

static bool have_all(const GPtrArray *wholes, int64_t from, int64_t to)
{
    for (guint i = 0; wholes && i < wholes->len; i++) {
        int64_t seq = from;
        while (seq <= to && g_hash_table_contains(wholes->pdata[i], &seq))
            seq++;
        if (seq > to)
            return true;
    }
    return false;
}

/* Whether those that follow @begin, without a hole, have the bytes of the gap together. A newline may have been added
 * behind it. */
static bool fill_gap(IdxCatalogue *cat, const IdxHoldDamage *d, int64_t begin,
                     const GPtrArray *wholes, bool *ret, GError **error)
{
    bool told = false;
    size_t bytes = 0;
    int64_t seq = begin;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_BEHIND, error, "i", begin);
    int row = 0;
    while (bytes < d->gap_bytes && (row = idx_db_step(cat, q, error)) > 0) {
        g_autofree char *whole = whole_of(idx_db_text(q, 1));
        if (idx_db_int(q, 0) != ++seq)
            return true;
        told = told || (seq == begin + 1 && strncmp(d->head, whole, DIGITS) == 0);
        bytes += strlen(whole) + 1;
        if (bytes == d->gap_bytes || bytes + 1 == d->gap_bytes)
            *ret = told || have_all(wholes, begin + 1, seq);
    }
    return row >= 0;
}

/* Whether all that can have stood where it is damaged is known. */
static bool is_filled(IdxCatalogue *cat, const IdxHoldDamage *d, const GPtrArray *wholes, bool *ret,
                      GError **error)
{
    int64_t begin = 0, between = 0;
    *ret = false;
    if (!find_begin(cat, d, &begin, error))
        return false;
    if (begin < 0)
        return true;
    if (d->after > begin + 1 &&
        !idx_db_get_int(cat, &between, SQL_BETWEEN, error, "ii", begin, d->after))
        return false;
    *ret = d->after > begin + 1 && between == d->after - begin - 1;
    return *ret || fill_gap(cat, d, begin, wholes, ret, error);
}

static bool judge_gaps(IdxCatalogue *cat, const GPtrArray *damage, const GPtrArray *wholes,
                       GError **error)
{
    for (guint i = 0; i < damage->len; i++) {
        IdxHoldDamage *d = damage->pdata[i];
        bool filled = false;
        if (!d->lost || d->more)
            continue;
        if (!is_filled(cat, d, wholes, &filled, error))
            return false;
        d->lost = !filled;
    }
    return true;
}

static bool judge_releases(IdxCatalogue *cat, const GPtrArray *damage, GError **error)
{
    for (guint i = 0; i < damage->len; i++) {
        IdxHoldDamage *d = damage->pdata[i];
        if (!d->lost || d->what != IDX_HOLD_RECORD_RELEASE || !d->id)
            continue;
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RELEASED, error, "i", d->id);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        d->released = row > 0 && idx_db_int(q, 0) != 0;
    }
    return true;
}

bool idx_hold_damage_judge(IdxCatalogue *cat, GPtrArray *damage, const GPtrArray *wholes,
                           GError **error)
{
    if (damage->len == 0)
        return true;
    for (guint i = 0; i < damage->len; i++)
        ((IdxHoldDamage *)damage->pdata[i])->lost = true;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LINES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        g_autofree char *whole = whole_of(idx_db_text(q, 0));
        for (guint i = 0; i < damage->len; i++) {
            IdxHoldDamage *d = damage->pdata[i];
            gsize size = 0;
            const char *bytes = d->bytes ? g_bytes_get_data(d->bytes, &size) : NULL;
            d->lost = d->lost && !(bytes && is_of(bytes, size, whole));
        }
    }
    g_clear_pointer(&q, idx_db_query_end);
    return row == 0 && judge_gaps(cat, damage, wholes, error) && judge_releases(cat, damage, error);
}

bool idx_hold_damage_may_be(const char *named, const char *code)
{
    size_t size = strlen(named), differ = 0;
    if (size != strlen(code))
        return false;
    for (size_t i = 0; i < size; i++)
        differ += named[i] != code[i];
    return differ < 2;
}

bool idx_hold_damage_is_doubt(const IdxHoldDamage *d)
{
    return d->lost && d->what != IDX_HOLD_RECORD_RELEASE && !d->of_cameras;
}

/* --- words ------------------------------------------------------------------------------------ */

static char *words_of_release(const IdxHoldDamage *d)
{
    if (d->id && d->released)
        return g_strdup_printf("its record is lost; by what can be read it is the release of hold "
                               "%" PRId64 ", which another record releases: nothing hangs on it",
                               d->id);
    if (d->id)
        return g_strdup_printf("its record is lost; by what can be read it is the release of hold "
                               "%" PRId64 ". That hold stays in force until it is released again: "
                               "mingjing hold release %" PRId64 " --reason …",
                               d->id, d->id);
    return g_strdup("its record is lost; by what can be read it is the release of a hold, which "
                    "stays in force until it is released again");
}

static char *words_of_lost(const IdxHoldDamage *d)
{
    if (d->what == IDX_HOLD_RECORD_RELEASE)
        return words_of_release(d);
    if (d->of_cameras)
        return g_strdup("its record is lost; by what can be read it says who put a hold on cameras "
                        "and why. What that hold keeps stands in records of its own, and stays "
                        "held");
    return g_strdup_printf("its record of a hold is lost, and what it kept is not known%s%s",
                           d->camera ? "; it names camera " : "", d->camera ? d->camera : "");
}

char *idx_hold_damage_words(const IdxHoldDamage *d)
{
    g_autofree char *path = g_utf8_make_valid(d->path, -1);
    if (d->more)
        return g_strdup_printf("%d more lines of %s, from line %d on, are damaged, and are not "
                               "told one by one",
                               d->more, path, d->line);
    g_autofree char *words = d->lost
                                 ? words_of_lost(d)
                                 : g_strdup("the catalogue has its record, which is written again");
    return g_strdup_printf("line %d of %s is damaged: %s", d->line, path, words);
}

GPtrArray *idx_hold_damage_summary(const GPtrArray *damage)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0, n = 0; i < damage->len; i += n) {
        const IdxHoldDamage *first = damage->pdata[i];
        int rest = 0;
        for (n = 0; i + n < damage->len; n++) {
            const IdxHoldDamage *d = damage->pdata[i + n];
            if (!g_str_equal(d->path, first->path))
                break;
            if (n < SAID_MOST)
                g_ptr_array_add(all, idx_hold_damage_words(d));
            else
                rest += MAX(d->more, 1);
        }
        if (rest > 0)
            g_ptr_array_add(all, g_strdup_printf("and %d more of that journal", rest));
    }
    return all;
}
