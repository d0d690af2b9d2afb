// SPDX-License-Identifier: GPL-3.0-or-later
/* Clips that people asked for (index/clip/clip.h): each is opened and hashed by a thread of its own, and can
 * then be fetched, as often and in whatever parts, until nobody has asked for it for an hour.
 *
 *   api_clips_add → api_clips_json, until it is ready → api_clips_fetch → api_clip_read … → api_clip_unref
 *
 * They live in memory, a few hundred kilobytes an hour of footage each, and not on disk: a restart forgets
 * them, and asked for again a clip is the same to the last byte. A clip is its owner's: others do not find it.
 *
 * There are so many places. Where all are taken, whoever has fewer than another takes one of those that the one with the most
 * has, of which nobody asked for longest; so none of them, nor several together, can keep the others out. What is being
 * fetched is fetched to its end.
 *
 * Any thread. One thread works on them, with a connection of its own, one of each owner in turn (fair.h). */
#pragma once

#include "api/request.h"
#include "index/base/clock.h"
#include "index/clip/clip.h"

#define API_CLIPS_MAX 128        // in all; beyond it the one with the most makes room
#define API_CLIPS_WAITING_MAX 16 // of one owner, that are not ready
#define API_CLIPS_OWNER_MAX 32   // of one owner; the oldest that is ready gives way to a new one
#define API_CLIPS_KEPT_US (INT64_C(3600) * 1000000)

typedef struct ApiClips ApiClips;
typedef struct ApiClip ApiClip;

ApiClips *api_clips_new(const char *home, GError **error);
/* What is being worked on is given up. NULL is fine. */
void api_clips_free(ApiClips *clips);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiClips, api_clips_free)

/* Whose the clips of who asks are: an account and a token may have the same name. Caller frees. */
char *api_clips_owner(const ApiRequest *request);

/* Copies @ask. Its ID; caller frees. MJ_ERROR_INVALID: it is too long. MJ_ERROR_BUSY: there are as many as
 * there may be. */
char *api_clips_add(ApiClips *clips, const char *owner, const IdxClipAsk *ask, GError **error);

/* How far it is: {id, state: waiting, reading, hashing, ready or failed, progress 0..1, clip: as
 * idx_clip_json() or null, problem}. MJ_ERROR_NOT_FOUND. Caller decrefs. */
json_t *api_clips_json(ApiClips *clips, const char *owner, const char *id, GError **error);

/* Gives it up, whatever its state. MJ_ERROR_NOT_FOUND. */
bool api_clips_remove(ApiClips *clips, const char *owner, const char *id, GError **error);

/* One that is ready, for the caller to unref. MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT: it is not ready. */
ApiClip *api_clips_fetch(ApiClips *clips, const char *owner, const char *id, GError **error);

ApiClip *api_clip_ref(ApiClip *clip);
void api_clip_unref(ApiClip *clip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiClip, api_clip_unref)

/* Of a clip that was fetched: borrowed, immutable. */
const IdxClip *api_clip_media(const ApiClip *clip);
const uint8_t *api_clip_sha256(const ApiClip *clip);
const IdxClipAsk *api_clip_ask(const ApiClip *clip);
