// SPDX-License-Identifier: GPL-3.0-or-later
/* Folders of tests are made with g_dir_make_tmp("mingjing-…-XXXXXX") and removed here, in one place,
 * because a wrong path in a test that runs as root empties somebody's machine. */
#pragma once

/* Deletes the folder @path with all in it. Links are deleted, not followed; other file systems are
 * left alone. A folder that no test made (another name, or not right below the temporary folder)
 * ends the program instead. */
void tree_remove(const char *path);
