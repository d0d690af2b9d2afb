// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/holds.h"

#include "index/base/log.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"
#include "index/segment/volume.h"

#define STOP_US INT64_C(3000000) // for a thread that does not hang

struct CapHolds {
    gint references; // atomic: the owner and the thread
    GMutex lock;
    GCond wake;
    /* under lock */
    bool stopping, ended;
    /* the thread's */
    IdxCatalogue *cat;
    int64_t generation; // of the holds that the journals have
    char *volumes;      // as they were then
    int64_t again_us;   // monotonic: when what failed is tried again; 0 = nothing did
    char *said;
};

static void unref(CapHolds *holds)
{
    if (!g_atomic_int_dec_and_test(&holds->references))
        return;
    idx_catalogue_free(holds->cat);
    g_free(holds->volumes);
    g_free(holds->said);
    g_mutex_clear(&holds->lock);
    g_cond_clear(&holds->wake);
    g_free(holds);
}

/* Each trouble once, until it is over or another one. NULL: none. */
static void say(CapHolds *holds, const char *words)
{
    if (words && g_strcmp0(words, holds->said) != 0)
        mj_log_warning(NULL, "not every journal of holds: %s; trying again", words);
    g_free(holds->said);
    holds->said = g_strdup(words);
}

static char *describe(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_string_append_printf(words, "%s %s\n", volume->path, volume->state);
    }
    return volumes ? g_strdup(words->str) : NULL;
}

static bool bring_together(CapHolds *holds, GError **error)
{
    g_auto(IdxHoldSync) done = {0};
    if (!idx_hold_journal_sync(holds->cat, &done, error))
        return false;
    if (done.learnt > 0)
        mj_log_info(NULL, "%d records of holds came from the journals", done.learnt);
    bool failed = done.failed->len > 0;
    holds->again_us = failed ? g_get_monotonic_time() + CAP_HOLDS_AGAIN_US : 0;
    /* Where there is nothing to be written down, a disk that is away is no trouble of ours. */
    say(holds, failed && holds->generation > 0 ? done.failed->str : NULL);
    return true;
}

static bool look(CapHolds *holds, GError **error)
{
    int64_t generation = 0;
    g_autofree char *volumes = describe(holds->cat, error);
    if (!volumes || !idx_hold_generation(holds->cat, &generation, error))
        return false;
    bool again = holds->again_us != 0 && g_get_monotonic_time() >= holds->again_us;
    if (generation == holds->generation && g_strcmp0(volumes, holds->volumes) == 0 && !again)
        return true;
    g_free(holds->volumes);
    holds->volumes = g_steal_pointer(&volumes);
    holds->generation = generation;
    return bring_together(holds, error);
}

static void look_or_say(CapHolds *holds)
{
    g_autoptr(GError) error = NULL;
    if (look(holds, &error))
        return;
    say(holds, error->message);
    holds->again_us = g_get_monotonic_time() + CAP_HOLDS_AGAIN_US;
}

/* Waits for the next look. False when there is none. */
static bool wait_locked(CapHolds *holds)
{
    int64_t until_us = g_get_monotonic_time() + CAP_HOLDS_TICK_US;
    while (!holds->stopping && g_cond_wait_until(&holds->wake, &holds->lock, until_us))
        ;
    return !holds->stopping;
}

static void *run(void *data)
{
    CapHolds *holds = data;
    g_mutex_lock(&holds->lock);
    do {
        g_mutex_unlock(&holds->lock);
        look_or_say(holds);
        g_mutex_lock(&holds->lock);
    } while (wait_locked(holds));
    holds->ended = true;
    g_cond_signal(&holds->wake);
    g_mutex_unlock(&holds->lock);
    unref(holds);
    return NULL;
}

CapHolds *cap_holds_new(const char *home, GError **error)
{
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_WRITE, error);
    if (!cat)
        return NULL;
    CapHolds *holds = g_new0(CapHolds, 1);
    holds->references = 2;
    holds->cat = cat;
    g_mutex_init(&holds->lock);
    g_cond_init(&holds->wake);
    GThread *thread = g_thread_try_new("holds", run, holds, error);
    if (!thread) {
        holds->references = 1;
        unref(holds);
        return NULL;
    }
    g_thread_unref(thread);
    return holds;
}

void cap_holds_free(CapHolds *holds)
{
    if (!holds)
        return;
    int64_t until_us = g_get_monotonic_time() + STOP_US;
    g_mutex_lock(&holds->lock);
    holds->stopping = true;
    g_cond_signal(&holds->wake);
    while (!holds->ended && g_cond_wait_until(&holds->wake, &holds->lock, until_us))
        ;
    g_mutex_unlock(&holds->lock);
    unref(holds);
}
