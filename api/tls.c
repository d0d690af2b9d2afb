// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/tls.h"

#include "index/base/error.h"
#include "index/base/log.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <time.h>

#define CHAIN_MAX 8
#define SOON_S (14 * 24 * 3600)

const char API_TLS_PRIORITIES[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

typedef struct Pair {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned n_chain;
    gnutls_privkey_t key;
    time_t ends;
} Pair;

struct ApiTls {
    char *cert_path, *key_path; // immutable
    GMutex lock;                // guards pair
    Pair *pair;
    GPtrArray *old; // Pair: handshakes may still be at them; main loop only
};

static ApiTls *serving; // set before the server starts, unset after it has stopped

static void pair_free(void *data)
{
    Pair *pair = data;
    if (pair == NULL)
        return;
    for (unsigned i = 0; i < pair->n_chain; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key != NULL)
        gnutls_privkey_deinit(pair->key);
    g_free(pair);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

static bool wrong(GError **error, const char *what, const char *path, int code)
{
    return mj_error_set(error, MJ_ERROR_INVALID, "%s %s: %s", what, path, gnutls_strerror(code));
}

static bool read_file(const char *what, const char *path, gnutls_datum_t *ret, GError **error)
{
    g_autoptr(GError) local = NULL;
    char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, &local)) {
        bool none = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT);
        return mj_error_set(error, none ? MJ_ERROR_NOT_FOUND : MJ_ERROR_IO, "%s: %s", what,
                            local->message);
    }
    *ret = (gnutls_datum_t){(unsigned char *)text, (unsigned)size};
    if (strstr(text, "-----BEGIN ") != NULL)
        return true;
    g_free(text);
    ret->data = NULL;
    return mj_error_set(error, MJ_ERROR_INVALID, "%s %s is not in PEM form", what, path);
}

static bool import_cert(Pair *pair, const char *path, const gnutls_datum_t *pem, GError **error)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned n = 0;
    int code = gnutls_x509_crt_list_import2(&list, &n, pem, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return wrong(error, "the certificate", path, code);
    pair->ends = gnutls_x509_crt_get_expiration_time(list[0]);
    for (unsigned i = 0; i < n; i++) {
        if (code >= 0 && i < CHAIN_MAX)
            code = gnutls_pcert_import_x509(&pair->chain[i], list[i], 0);
        if (code >= 0 && i < CHAIN_MAX)
            pair->n_chain = i + 1;
        gnutls_x509_crt_deinit(list[i]);
    }
    gnutls_free(list);
    return code >= 0 || wrong(error, "the certificate", path, code);
}

/* GnuTLS itself says whether the two belong together. */
static bool check(const ApiTls *tls, const gnutls_datum_t *cert, const gnutls_datum_t *key,
                  GError **error)
{
    gnutls_certificate_credentials_t both = NULL;
    int code = gnutls_certificate_allocate_credentials(&both);
    if (code >= 0)
        code = gnutls_certificate_set_x509_key_mem(both, cert, key, GNUTLS_X509_FMT_PEM);
    if (both != NULL)
        gnutls_certificate_free_credentials(both);
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        return mj_error_set(error, MJ_ERROR_INVALID, "the key %s is not that of the certificate %s",
                            tls->key_path, tls->cert_path);
    return code >= 0 || wrong(error, "the key", tls->key_path, code);
}

static bool import(const ApiTls *tls, Pair *pair, const gnutls_datum_t *cert,
                   const gnutls_datum_t *key, GError **error)
{
    int code = gnutls_privkey_init(&pair->key);
    if (code >= 0)
        code = gnutls_privkey_import_x509_raw(pair->key, key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code < 0)
        return wrong(error, "the key", tls->key_path, code);
    return import_cert(pair, tls->cert_path, cert, error) && check(tls, cert, key, error);
}

static void tell_end(const ApiTls *tls, const Pair *pair)
{
    time_t now = time(NULL);
    if (pair->ends == (time_t)-1 || pair->ends > now + SOON_S)
        return;
    mj_log_warning(NULL, "the certificate %s %s", tls->cert_path,
                   pair->ends <= now ? "has expired: browsers will refuse it"
                                     : "ends within two weeks");
}

static Pair *load(const ApiTls *tls, GError **error)
{
    gnutls_datum_t cert = {0}, key = {0};
    g_autoptr(Pair) pair = g_new0(Pair, 1);
    bool ok = read_file("the certificate", tls->cert_path, &cert, error) &&
              read_file("the key", tls->key_path, &key, error) &&
              import(tls, pair, &cert, &key, error);
    g_free(cert.data);
    if (key.data != NULL)
        gnutls_memset(key.data, 0, key.size);
    g_free(key.data);
    if (!ok)
        return NULL;
    tell_end(tls, pair);
    return g_steal_pointer(&pair);
}

ApiTls *api_tls_new(const char *cert_path, const char *key_path, GError **error)
{
    g_autoptr(ApiTls) tls = g_new0(ApiTls, 1);
    tls->cert_path = g_strdup(cert_path);
    tls->key_path = g_strdup(key_path);
    tls->old = g_ptr_array_new_with_free_func(pair_free);
    g_mutex_init(&tls->lock);
    tls->pair = load(tls, error);
    if (tls->pair == NULL)
        return NULL;
    serving = tls;
    return g_steal_pointer(&tls);
}

void api_tls_free(ApiTls *tls)
{
    if (tls == NULL)
        return;
    if (serving == tls)
        serving = NULL;
    pair_free(tls->pair);
    g_ptr_array_unref(tls->old);
    g_mutex_clear(&tls->lock);
    g_free(tls->cert_path);
    g_free(tls->key_path);
    g_free(tls);
}

bool api_tls_reload(ApiTls *tls, GError **error)
{
    Pair *pair = load(tls, error);
    if (pair == NULL)
        return false;
    g_mutex_lock(&tls->lock);
    g_ptr_array_add(tls->old, tls->pair);
    tls->pair = pair;
    g_mutex_unlock(&tls->lock);
    return true;
}

static int on_handshake(gnutls_session_t session, const gnutls_datum_t *names, int n_names,
                        const gnutls_pk_algorithm_t *algorithms, int n_algorithms,
                        gnutls_pcert_st **ret_chain, unsigned *ret_length,
                        gnutls_privkey_t *ret_key)
{
    if (serving == NULL)
        return -1;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&serving->lock);
    *ret_chain = serving->pair->chain;
    *ret_length = serving->pair->n_chain;
    *ret_key = serving->pair->key;
    return 0;
}

void *api_tls_callback(void)
{
    gnutls_certificate_retrieve_function2 *callback = on_handshake;
    void *pointer = NULL;
    memcpy(&pointer, &callback, sizeof pointer); // as ISO C has no cast for it
    return pointer;
}
