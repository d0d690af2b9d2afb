// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/home.h"

#include "index/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    mode_t mode;
} FOLDERS[] = {{"footage", 0750}, {"exports", 0750}, {"keys", 0700}, {"web", 0750}, {"run", 0750}};

static bool cannot_make(const char *what, const char *path, GError **error)
{
    int why = errno;
    const char *hint = why == EACCES || why == EPERM || why == EROFS
                           ? " (do so as root, or in a folder of your own: --home DIR)"
                           : "";
    return mj_error_errno(error, why, "cannot make the %s %s%s", what, path, hint);
}

bool mj_home_create(const char *home, GError **error)
{
    if (g_mkdir_with_parents(home, 0750) < 0)
        return cannot_make("home directory", home, error);
    for (size_t i = 0; i < G_N_ELEMENTS(FOLDERS); i++) {
        g_autofree char *path = g_build_filename(home, FOLDERS[i].name, NULL);
        if (mkdir(path, FOLDERS[i].mode) < 0 && errno != EEXIST)
            return cannot_make("directory", path, error);
    }
    return true;
}

bool mj_home_is_shared(const char *home)
{
    struct stat about;
    return stat(home, &about) == 0 && (about.st_mode & S_ISGID);
}

bool mj_home_is_own(const char *home)
{
    struct stat about;
    return stat(home, &about) == 0 && (about.st_uid == geteuid() || !(about.st_mode & S_ISGID));
}

/* Groups first: afterwards it may not. An owner without a name has the home's group alone. */
static bool become(uid_t user, gid_t home_group)
{
    const struct passwd *known = getpwuid(user);
    gid_t group = known ? known->pw_gid : home_group;
    int failed = known ? initgroups(known->pw_name, group) : setgroups(1, &group);
    return failed == 0 && setresgid(group, group, group) == 0 && setresuid(user, user, user) == 0;
}

bool mj_home_become_owner(const char *home, GError **error)
{
    struct stat about;
    if (geteuid() != 0 || stat(home, &about) < 0 || about.st_uid == 0)
        return true;
    return become(about.st_uid, about.st_gid) ||
           mj_error_errno(error, errno, "%s belongs to user %u; cannot become that user", home,
                          (unsigned)about.st_uid);
}

char *mj_home_catalogue(const char *home)
{
    return g_build_filename(home, "catalogue.db", NULL);
}

char *mj_home_footage(const char *home)
{
    return g_build_filename(home, "footage", NULL);
}

char *mj_home_key(const char *home, const char *name)
{
    return g_build_filename(home, "keys", name, NULL);
}

char *mj_home_web(const char *home, const char *name)
{
    return g_build_filename(home, "web", name, NULL);
}

char *mj_home_run(const char *home, const char *name)
{
    return g_build_filename(home, "run", name, NULL);
}

char *mj_path_below(const char *folder, const char *relative, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(relative, "/", -1);
    for (size_t i = 0; i == 0 || parts[i]; i++) { // "" has no part at all
        if (!parts[i] || parts[i][0] == '\0' || strcmp(parts[i], ".") == 0 ||
            strcmp(parts[i], "..") == 0) {
            mj_error_set(error, MJ_ERROR_CORRUPT, "\"%s\" is not a path below footage/", relative);
            return NULL;
        }
    }
    return g_build_filename(folder, relative, NULL);
}

char *mj_home_footage_file(const char *home, const char *relative, GError **error)
{
    g_autofree char *footage = mj_home_footage(home);
    return mj_path_below(footage, relative, error);
}

bool mj_sync_folder(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed == 0 || mj_error_errno(error, failed, "cannot fsync the folder %s", path);
}

bool mj_home_has_footage(const char *home)
{
    g_autofree char *footage = mj_home_footage(home);
    g_autoptr(GDir) folder = g_dir_open(footage, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder)) != NULL;)
        if (strcmp(name, "lost+found") != 0) // of a disk of its own
            return true;
    return false;
}
