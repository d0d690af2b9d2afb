// SPDX-License-Identifier: GPL-3.0-or-later
/* The client's end of the capture socket (wire.h). One thread for each link; every call returns
 * within the time it is given. */
#pragma once

#include "index/wire.h"

#define IDX_LINK_TRANSCODE                                                                         \
    "transcode.sock" // in run/: the same protocol, see capture/transcode/session.h
#define IDX_LINK_QUICK_US INT64_C(500000) // for numbers: a recorder answers within milliseconds

typedef struct IdxLink IdxLink;

/* HOME/run/capture-<shard>.sock. Caller frees. */
char *idx_link_path(const char *home, int shard);

/* A socket address for @path. Where it is too long for one (108 bytes) the address goes through
 * /proc/self/fd and *ret_folder_fd is the folder, to be closed once it was used; else -1. */
bool idx_link_address(const char *path, void *ret_sockaddr_un, int *ret_folder_fd, GError **error);

/* Connects, and says and hears hello. MJ_ERROR_NOT_FOUND if nobody listens there. */
IdxLink *idx_link_open(const char *path, int64_t timeout_us, GError **error);
void idx_link_free(IdxLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxLink, idx_link_free)

/* Any recorder of @home that listens. MJ_ERROR_NOT_FOUND if none does. */
IdxLink *idx_link_any(const char *home, int64_t timeout_us, GError **error);

/* For poll. Owned by the link. */
int idx_link_fd(const IdxLink *link);

/* Sends a REQUEST; takes @request. */
bool idx_link_request(IdxLink *link, uint16_t channel, json_t *request, int64_t timeout_us,
                      GError **error);
/* The next frame, valid until the next call. MJ_ERROR_TIMEOUT if none came; MJ_ERROR_IO when the
 * connection ended. ERROR frames are frames. */
bool idx_link_next(IdxLink *link, int64_t timeout_us, IdxWireFrame *ret, GError **error);

/* The streams of every recorder of @home that answers within @timeout_us in all, as meter.h has
 * them on the socket: an array, empty if none answers. New reference. */
json_t *idx_link_streams(const char *home, int64_t timeout_us);

/* What a recorder does for who may not do it: mingjing-api reads no key of cameras, and writes to no volume. As
 * idx_seal(), and the mark of segment/volume.h in the folder @path. MJ_ERROR_NOT_FOUND: no recorder listens. */
GBytes *idx_link_seal(const char *home, const char *context, const char *secret, GError **error);
bool idx_link_mark(const char *home, const char *path, GError **error);
