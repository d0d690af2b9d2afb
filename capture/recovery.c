// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/recovery.h"

#include "index/base/log.h"
#include "index/segment/recover.h"
#include "index/segment/volume.h"
#include "index/state.h"

bool cap_shard_has(CapShard shard, int64_t stream_id)
{
    return idx_shard_has(shard.number, shard.count, stream_id);
}

static bool recover_one(IdxCatalogue *cat, IdxSegment *row, GError **error)
{
    g_autoptr(GByteArray) fragments = NULL;
    g_autofree char *root = idx_volume_root(cat, row->volume_id, error);
    if (!root || !idx_volume_check(row->volume_id, root, error))
        return false;
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) next = idx_segment_next(cat, row->stream_id, row->start_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (!idx_recover_scan(root, row, idx_segment_file_end(row, next), &fragments, error) ||
        !idx_recover_close(cat, row, next, fragments, error))
        return false;
    return row->bytes > row->init_bytes || idx_recover_unlink(root, row, error);
}

bool cap_recovery_run(IdxCatalogue *cat, CapShard shard, int *ret_count, GError **error)
{
    g_autoptr(GPtrArray) open = idx_segment_list_open(cat, 0, error);
    if (!open)
        return false;
    int count = 0;
    for (guint i = 0; i < open->len; i++) {
        IdxSegment *row = g_ptr_array_index(open, i);
        if (!cap_shard_has(shard, row->stream_id))
            continue;
        g_autoptr(GError) failed = NULL;
        if (recover_one(cat, row, &failed))
            count++;
        else
            mj_log_warning(NULL, "%s stays open until the next start: %s", row->path,
                           failed->message);
    }
    *ret_count = count;
    return true;
}
