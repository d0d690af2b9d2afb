// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/hang_up.h"

#include "index/link/link.h"
#include "index/state.h"

static void tell(const char *home, int shard, const char *session, const char *leg)
{
    g_autofree char *path = idx_link_path(home, shard);
    g_autoptr(IdxLink) link = idx_link_open(path, IDX_LINK_QUICK_US, NULL);
    json_t *ask = json_pack("{s:s, s:s, s:s*}", "do", "end", "session", session, "leg", leg);
    IdxWireFrame frame;
    if (!link)
        json_decref(ask);
    else if (idx_link_request(link, 1, ask, IDX_LINK_QUICK_US, NULL))
        idx_link_next(link, IDX_LINK_QUICK_US, &frame, NULL);
}

void idx_meet_hang_up(IdxCatalogue *cat, const char *home, const char *session, const char *leg)
{
    g_autoptr(GPtrArray) recorders = idx_recorder_list(cat, NULL);
    for (guint i = 0; recorders && i < recorders->len; i++)
        tell(home, ((const IdxRecorder *)recorders->pdata[i])->shard, session, leg);
}
