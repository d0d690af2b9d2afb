// SPDX-License-Identifier: GPL-3.0-or-later
/* The home directory: all state of one installation.
 *
 *   catalogue.db   audit.head   footage/   exports/   keys/ (0700)   web/   run/   ballast (purge/ballast.h)
 *
 * A newcomer can delete it and start again; a backup is a copy of it.
 *
 * Who may: a home belongs to the user of mingjing-capture. If its directory is set-group-ID, it is
 * shared with the directory's group: what is made in it gets that group, which may read footage,
 * connect to the sockets in run/ and write the catalogue (events, sessions), but makes and removes
 * no file. That is how the daemons run as two users (systemd/). Any other home is its owner's. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MJ_HOME_DEFAULT "/var/lib/mingjing"

/* Makes the directory and what lies in it; nothing that exists is touched. */
bool mj_home_create(const char *home, GError **error);

/* Whether the home's group takes part. False if there is no home. */
bool mj_home_is_shared(const char *home);

/* Whether the home is this process's own, or not shared: then footage is its to write. */
bool mj_home_is_own(const char *home);

/* Root that works in the home of another user becomes that user for good, so that it leaves no file
 * behind that the home's owner cannot write. Nothing happens to anybody else. Call before threads
 * are started. */
bool mj_home_become_owner(const char *home, GError **error);

/* Whether anything lies in footage/: what was recorded, or a journal of holds. */
bool mj_home_has_footage(const char *home);

/* Paths inside; caller frees. */
char *mj_home_catalogue(const char *home);
char *mj_home_footage(const char *home);
char *mj_home_key(const char *home, const char *name); // keys/<name>
char *mj_home_web(const char *home, const char *name); // web/<name>: secrets of mingjing-api
char *mj_home_run(const char *home, const char *name); // run/<name>

/* @relative below footage/. NULL with MJ_ERROR_CORRUPT if it is absolute or climbs out ("..").  */
char *mj_home_footage_file(const char *home, const char *relative, GError **error);

/* @relative below @folder. NULL with MJ_ERROR_CORRUPT likewise. Caller frees. */
char *mj_path_below(const char *folder, const char *relative, GError **error);

/* fsync of a folder: what was made, renamed or removed in it is so after a power cut too. MJ_ERROR_NOT_FOUND:
 * there is none. */
bool mj_sync_folder(const char *path, GError **error);
