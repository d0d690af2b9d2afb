// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"

#include "index/audit/form.h"
#include "index/base/clock.h"
#include "index/base/redact.h"
#include "index/crypto.h"
#include "index/db.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

static const char SQL_LAST[] = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
static const char SQL_ADD[] =
    "INSERT INTO audit (" IDX_AUDIT_COLUMNS ", hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    " nullif(?9, 0), ?10, nullif(?11, 0), nullif(?12, 0), ?13, ?14, ?15, ?16, ?17, ?18)";

const char *idx_audit_result_name(IdxAuditResult result)
{
    static const char *const NAMES[] = {
        [IDX_AUDIT_OK] = "ok", [IDX_AUDIT_DENIED] = "denied", [IDX_AUDIT_FAILED] = "failed"};
    return NAMES[result];
}

// ── the form of the bytes ──

void idx_audit_form_begin(GString *bytes, const uint8_t previous[IDX_AUDIT_HASH])
{
    g_string_assign(bytes, "");
    idx_audit_form_field(bytes, IDX_AUDIT_FORM, strlen(IDX_AUDIT_FORM));
    g_string_append_printf(bytes, "%d:", 2 * IDX_AUDIT_HASH);
    for (int i = 0; i < IDX_AUDIT_HASH; i++)
        g_string_append_printf(bytes, "%02x", previous[i]);
    g_string_append_c(bytes, ',');
}

void idx_audit_form_field(GString *bytes, const char *text, size_t size)
{
    if (!text) {
        g_string_append(bytes, "-,");
        return;
    }
    g_string_append_printf(bytes, "%zu:", size);
    g_string_append_len(bytes, text, (gssize)size);
    g_string_append_c(bytes, ',');
}

bool idx_audit_form_hash(const GString *bytes, uint8_t ret[IDX_AUDIT_HASH], GError **error)
{
    unsigned size = 0;
    return (EVP_Digest(bytes->str, bytes->len, ret, &size, idx_crypto_sha256(), NULL) == 1 &&
            size == IDX_AUDIT_HASH) ||
           idx_crypto_fail(error, "SHA-256");
}

// ── the actor ──

void idx_audit_actor(IdxCatalogue *cat, const IdxActor *actor)
{
    static const IdxActor SYSTEM = {.who = IDX_AUDIT_SYSTEM, .role = IDX_AUDIT_SYSTEM};
    IdxAuditState *state = &cat->audit;
    if (!actor)
        actor = &SYSTEM;
    g_free(state->who);
    g_free(state->role);
    g_free(state->address);
    g_free(state->reason);
    g_free(state->case_no);
    state->who = g_strdup(actor->who);
    state->role = g_strdup(actor->role);
    state->address = g_strdup(actor->address);
    state->reason = g_strdup(actor->reason);
    state->case_no = g_strdup(actor->case_no);
}

void idx_audit_clear(IdxAuditState *state)
{
    g_free(state->who);
    g_free(state->role);
    g_free(state->address);
    g_free(state->reason);
    g_free(state->case_no);
}

// ── a row ──

typedef struct Texts { // what is stored of a row's texts; owned
    char *who, *role, *address, *object_kind, *object, *camera, *reason, *case_no, *words, *detail;
} Texts;

static void texts_clear(Texts *t)
{
    char **all[] = {&t->who,    &t->role,   &t->address, &t->object_kind, &t->object,
                    &t->camera, &t->reason, &t->case_no, &t->words,       &t->detail};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(*all[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

/* Fit for a terminal and a table, and of bounded size; an empty one tells nothing. */
static char *clean(const char *text, size_t max)
{
    if (!text || *text == '\0')
        return NULL;
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, 4 * max));
    GString *out = g_string_new(NULL);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        g_string_append_unichar(out, g_unichar_iscntrl(letter) ? 0xfffd : letter);
    }
    if (out->len > max) {
        const char *end = g_utf8_find_prev_char(out->str, out->str + max - strlen("…") + 1);
        g_string_truncate(out, (gsize)(end - out->str));
        g_string_append(out, "…");
    }
    return g_string_free(out, FALSE);
}

static char *dump_detail(const json_t *detail)
{
    if (!detail || json_object_size(detail) == 0)
        return NULL;
    g_autofree char *text = mj_json_dump(detail);
    if (strlen(text) <= IDX_AUDIT_DETAIL_MAX)
        return g_steal_pointer(&text);
    return g_strdup_printf("{\"left_out_bytes\":%zu}", strlen(text));
}

static const char *either(const char *first, const char *second, const char *third)
{
    return first ? first : second ? second : third;
}

static void fill_texts(const IdxAuditState *actor, const IdxAudit *row, Texts *t)
{
    const char *reason = either(row->reason, actor->reason, NULL);
    g_autofree char *words = row->words ? mj_redact(row->words) : NULL;
    t->who = clean(either(row->who, actor->who, IDX_AUDIT_SYSTEM), IDX_AUDIT_TEXT_MAX);
    t->role = clean(either(row->role, actor->role, IDX_AUDIT_SYSTEM), IDX_AUDIT_TEXT_MAX);
    t->address = clean(actor->address, IDX_AUDIT_TEXT_MAX);
    t->object_kind = clean(row->object_kind, IDX_AUDIT_TEXT_MAX);
    t->object = clean(row->object, IDX_AUDIT_TEXT_MAX);
    t->camera = clean(row->camera, IDX_AUDIT_TEXT_MAX);
    t->reason = clean(reason, IDX_AUDIT_REASON_MAX);
    t->case_no = clean(either(row->case_no, actor->case_no, NULL), IDX_AUDIT_TEXT_MAX);
    t->words = clean(words, IDX_AUDIT_TEXT_MAX);
    t->detail = dump_detail(row->detail);
}

/* Open ends and what is not told are stored alike, as NULL. */
static int64_t moment(int64_t us)
{
    return us == INT64_MIN || us == INT64_MAX ? 0 : us;
}

static void append_text(GString *bytes, const char *text)
{
    idx_audit_form_field(bytes, text, text ? strlen(text) : 0);
}

static void append_number(GString *bytes, int64_t number, bool zero_is_null)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" PRId64, number);
    append_text(bytes, number == 0 && zero_is_null ? NULL : text);
}

static bool hash_row(const IdxAudit *row, const Texts *t, int64_t seq, int64_t at_us,
                     const uint8_t previous[IDX_AUDIT_HASH], uint8_t ret[IDX_AUDIT_HASH],
                     GError **error)
{
    g_autoptr(GString) bytes = g_string_sized_new(512);
    idx_audit_form_begin(bytes, previous);
    append_number(bytes, seq, false);
    append_number(bytes, at_us, false);
    append_text(bytes, t->who);
    append_text(bytes, t->role);
    append_text(bytes, t->address);
    append_text(bytes, row->what);
    append_text(bytes, t->object_kind);
    append_text(bytes, t->object);
    append_number(bytes, row->day, true);
    append_text(bytes, t->camera);
    append_number(bytes, moment(row->from_us), true);
    append_number(bytes, moment(row->to_us), true);
    append_text(bytes, t->reason);
    append_text(bytes, t->case_no);
    append_text(bytes, idx_audit_result_name(row->result));
    append_text(bytes, t->words);
    append_text(bytes, t->detail);
    return idx_audit_form_hash(bytes, ret, error);
}

bool idx_audit_head(IdxCatalogue *cat, int64_t *ret_seq, uint8_t ret_hash[IDX_AUDIT_HASH],
                    GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LAST, error, "");
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    memset(ret_hash, 0, IDX_AUDIT_HASH);
    *ret_seq = row > 0 ? idx_db_int(q, 0) : 0;
    if (row > 0 && sqlite3_column_bytes(q, 1) == IDX_AUDIT_HASH)
        memcpy(ret_hash, sqlite3_column_blob(q, 1), IDX_AUDIT_HASH);
    return true;
}

static bool add(IdxCatalogue *cat, const IdxAudit *row, GError **error)
{
    int64_t last = 0, at_us = row->at_us ? row->at_us : mj_clock_utc_us(mj_clock_system());
    uint8_t previous[IDX_AUDIT_HASH], hash[IDX_AUDIT_HASH];
    g_auto(Texts) t = {0};
    fill_texts(&cat->audit, row, &t);
    if (!idx_audit_head(cat, &last, previous, error) ||
        !hash_row(row, &t, last + 1, at_us, previous, hash, error))
        return false;
    if (!cat->audit.open)
        cat->audit.base_seq = last;
    cat->audit.open = true;
    return idx_db_run(cat, SQL_ADD, error, "iittttttitiitttttb", last + 1, at_us, t.who, t.role,
                      t.address, row->what, t.object_kind, t.object, (int64_t)row->day, t.camera,
                      moment(row->from_us), moment(row->to_us), t.reason, t.case_no,
                      idx_audit_result_name(row->result), t.words, t.detail, (const void *)hash,
                      sizeof hash);
}

bool idx_audit(IdxCatalogue *cat, const IdxAudit *row, GError **error)
{
    g_assert(row->what && *row->what);
    if (cat->trial)
        return true;
    if (!idx_db_scope_begin(cat, error)) {
        g_prefix_error(error, "audit log: ");
        return false;
    }
    bool ok = add(cat, row, error);
    if (idx_db_scope_end(cat, ok, error))
        return true;
    g_prefix_error(error, "audit log: ");
    return false;
}

int64_t idx_audit_written(const IdxCatalogue *cat)
{
    return cat->audit.written;
}
