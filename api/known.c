// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/known.h"

#include "api/audit.h"
#include "api/audit_entry.h"
#include "index/account/reason.h"
#include "index/segment/seal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define KEY_BYTES 32

typedef struct Look {
    uint8_t key[KEY_BYTES];
    int64_t until_mono_us;
    ApiIdentity identity;
    IdxReason *reason; // NULL: none was given
    char *camera;
    int64_t from_us, to_us; // of the file
    ApiKnownFile file;
} Look;

struct ApiKnown {
    GMutex lock; // guards what follows
    GHashTable *looks;
    uint64_t forgotten; // how often
};

static guint hash_of(const void *key)
{
    guint hash = 0;
    memcpy(&hash, key, sizeof hash); // the digest is evenly spread
    return hash;
}

static gboolean same(const void *a, const void *b)
{
    return memcmp(a, b, KEY_BYTES) == 0;
}

static void look_free(void *data)
{
    Look *look = data;
    api_identity_clear(&look->identity);
    idx_reason_free(look->reason);
    g_free(look->camera);
    if (look->file.fd >= 0)
        close(look->file.fd);
    g_free(look);
}

ApiKnown *api_known_new(void)
{
    ApiKnown *known = g_new0(ApiKnown, 1);
    g_mutex_init(&known->lock);
    known->looks = g_hash_table_new_full(hash_of, same, NULL, look_free);
    return known;
}

void api_known_free(ApiKnown *known)
{
    if (known == NULL)
        return;
    g_hash_table_unref(known->looks);
    g_mutex_clear(&known->lock);
    g_free(known);
}

void api_known_begin(ApiRequest *request)
{
    ApiKnown *known = request->context->known;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->lock);
    request->forgotten = known->forgotten;
}

/* The digest of all that was asked about: secrets are not kept, and how long a comparison takes says nothing of
 * them. */
static void make_key(const ApiRequest *request, uint8_t key[KEY_BYTES])
{
    const char *const parts[] = {
        request->headers.authorization,       request->headers.cookie, request->values[0],
        api_request_query(request, "reason"), request->headers.reason, request->headers.case_no};
    g_autoptr(GString) text = g_string_sized_new(256);
    for (size_t i = 0; i < G_N_ELEMENTS(parts);
         i++) { // no header or address has a line's end in it
        g_string_append_c(text, parts[i] != NULL ? '+' : '-');
        g_string_append(text, parts[i] != NULL ? parts[i] : "");
        g_string_append_c(text, '\n');
    }
    idx_seal_sha256(text->str, key);
}

static Look *look_of(const ApiRequest *request, const IdxSegment *segment, const char *camera,
                     int fd)
{
    Look *look = g_new0(Look, 1);
    make_key(request, look->key);
    look->until_mono_us = request->started_mono_us + API_KNOWN_US;
    look->identity = api_identity_copy(&request->identity);
    look->reason = idx_reason_copy(request->reason);
    look->camera = g_strdup(camera);
    look->from_us = segment->start_us;
    look->to_us = segment->end_us;
    look->file = (ApiKnownFile){segment->id, segment->bytes, fcntl(fd, F_DUPFD_CLOEXEC, 0)};
    return look;
}

static gboolean is_over(void *key, void *value, void *mono_us)
{
    return ((const Look *)value)->until_mono_us <= *(const int64_t *)mono_us;
}

void api_known_keep(ApiRequest *request, const IdxSegment *segment, const char *camera, int fd)
{
    ApiKnown *known = request->context->known;
    if (g_str_equal(segment->state, "open"))
        return;
    Look *look = look_of(request, segment, camera, fd);
    g_mutex_lock(&known->lock);
    bool room = g_hash_table_size(known->looks) < API_KNOWN_MAX ||
                g_hash_table_contains(known->looks, look->key);
    bool keeps = room && look->file.fd >= 0 && known->forgotten == request->forgotten;
    if (keeps)
        g_hash_table_replace(known->looks, look->key, look);
    g_mutex_unlock(&known->lock);
    if (!keeps)
        look_free(look);
}

/* Under the lock: what is in the table may be closed by others. */
static ApiKnownFile take_locked(ApiKnown *known, const uint8_t key[KEY_BYTES], ApiRequest *request)
{
    const Look *look = g_hash_table_lookup(known->looks, key);
    if (look == NULL || look->until_mono_us <= request->started_mono_us)
        return (ApiKnownFile){.fd = -1};
    ApiKnownFile file = look->file;
    file.fd = fcntl(look->file.fd, F_DUPFD_CLOEXEC, 0);
    if (file.fd < 0)
        return file;
    request->identity = api_identity_copy(&look->identity);
    request->reason = idx_reason_copy(look->reason);
    api_audit_span(request, look->camera, look->from_us, look->to_us);
    if (look->reason != NULL)
        api_audit_object(request, look->reason->kind, look->reason->object, look->reason->day);
    return file;
}

ApiKnownFile api_known_find(ApiRequest *request)
{
    ApiKnown *known = request->context->known;
    uint8_t key[KEY_BYTES];
    make_key(request, key);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->lock);
    return take_locked(known, key, request);
}

void api_known_undo(ApiRequest *request)
{
    api_identity_clear(&request->identity);
    g_clear_pointer(&request->reason, idx_reason_free);
    if (request->note != NULL)
        api_note_clear(request->note);
    g_clear_pointer(&request->note, g_free);
}

void api_known_forget(ApiKnown *known)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->lock);
    known->forgotten++;
    g_hash_table_remove_all(known->looks);
}

void api_known_tick(ApiKnown *known, int64_t mono_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->lock);
    g_hash_table_foreach_remove(known->looks, is_over, &mono_us);
}
