// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/tls_cert.h"

#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/make_file.h"
#include "index/crypto.h"
#include "index/segment/seal.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#define LASTS_S (INT64_C(3650) * 24 * 3600)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_EXTENSION, X509_EXTENSION_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)

static bool add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    g_autoptr(X509_EXTENSION) extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    return extension && X509_add_ext(cert, extension, -1) == 1;
}

/* A host name that is none (it may hold anything) is left out. */
static char *names(const char *host)
{
    for (const char *at = host; *at; at++)
        if (!g_ascii_isalnum(*at) && *at != '-' && *at != '.')
            return g_strdup("DNS:localhost,IP:127.0.0.1,IP:::1");
    return g_strdup_printf("DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1", host);
}

static bool set_serial(X509 *cert)
{
    int64_t serial = 0;
    return idx_seal_random(&serial, sizeof serial, NULL) &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), (uint64_t)serial & INT64_MAX) == 1;
}

static X509 *make_cert(EVP_PKEY *key, const char *host)
{
    g_autoptr(X509) cert = X509_new();
    g_autofree char *alternatives = names(host);
    const unsigned char *common = (const unsigned char *)(*host ? host : "mingjing");
    if (!cert || X509_set_version(cert, X509_VERSION_3) != 1 || !set_serial(cert) ||
        !X509_gmtime_adj(X509_getm_notBefore(cert), -3600) ||
        !X509_gmtime_adj(X509_getm_notAfter(cert), LASTS_S) || X509_set_pubkey(cert, key) != 1)
        return NULL;
    X509_NAME *name = X509_get_subject_name(cert);
    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common, -1, -1, 0) != 1 ||
        X509_set_issuer_name(cert, name) != 1 ||
        !add_extension(cert, NID_subject_alt_name, alternatives) ||
        !add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(cert, NID_ext_key_usage, "serverAuth") ||
        X509_sign(cert, key, EVP_sha256()) == 0)
        return NULL;
    return g_steal_pointer(&cert);
}

static bool make_file(const char *path, mode_t mode, BIO *bio, bool *ret_made, GError **error)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    return mj_file_make(path, data, (size_t)size, mode, ret_made, error);
}

static bool refuse(const char *path, const char *what, GError **error)
{
    return mj_error_set(error, MJ_ERROR_CORRUPT,
                        "%s is no %s; put one there, or remove it: a new one is made", path, what);
}

/* The key that lies there, also one whose certificate was not made any more. NULL with @error. */
static EVP_PKEY *make_key(const char *home, GError **error)
{
    g_autofree char *path = mj_home_web(home, IDX_TLS_KEY);
    g_autoptr(BIO) fresh = BIO_new(BIO_s_mem());
    g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
    mode_t secret = mj_home_is_shared(home) ? 0640 : 0600;
    if (!fresh || !key || PEM_write_bio_PrivateKey(fresh, key, NULL, NULL, 0, NULL, NULL) != 1) {
        idx_crypto_fail(error, "the key of the certificate cannot be made");
        return NULL;
    }
    if (!make_file(path, secret, fresh, NULL, error))
        return NULL;
    g_autoptr(BIO) file = BIO_new_file(path, "r");
    char none[] = ""; // a key with a password is refused rather than asked for
    EVP_PKEY *there = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, none) : NULL;
    if (!there)
        refuse(path, "key that can be read", error);
    return there;
}

static bool is_there(const char *path, bool *ret, GError **error)
{
    *ret = g_file_test(path, G_FILE_TEST_EXISTS);
    g_autoptr(BIO) file = *ret ? BIO_new_file(path, "r") : NULL;
    g_autoptr(X509) cert = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    return !file || cert || refuse(path, "certificate", error); // what only others read is theirs
}

static bool make_both(const char *home, const char *path, bool *ret_made, GError **error)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0 || strlen(host) > 63)
        host[0] = '\0';
    g_autoptr(EVP_PKEY) key =
        make_key(home, error); // first: where a certificate is, there is a key
    if (!key)
        return false;
    g_autoptr(X509) cert = make_cert(key, host);
    g_autoptr(BIO) bio = cert ? BIO_new(BIO_s_mem()) : NULL;
    if (!bio || PEM_write_bio_X509(bio, cert) != 1)
        return idx_crypto_fail(error, "the certificate cannot be made");
    return make_file(path, 0644, bio, ret_made, error);
}

bool idx_tls_cert_create(const char *home, bool *ret_made, GError **error)
{
    g_autofree char *path = mj_home_web(home, IDX_TLS_CERT);
    bool there = false, made = false;
    if (!is_there(path, &there, error) || (!there && !make_both(home, path, &made, error)))
        return false;
    if (ret_made)
        *ret_made = made;
    return true;
}
