// SPDX-License-Identifier: GPL-3.0-or-later
/* To be preloaded: makes calls into the kernel (and the allocator) fail or hang, by a plan.
 *
 *   MINGJING_FAULTS = rule [; rule …]      rule = key=value [, key=value …]
 *     op     write (pwrite, writev too), short (a write that takes only half of what it is given),
 *            read (pread too), garble (one that flips a bit), sync (fsync, fdatasync), syncfs, open,
 *            close (it is closed all the same), truncate, rename, mkdir, unlink, malloc (calloc, realloc too),
 *            memalign (posix_memalign: what libav calls), thread (g_thread_try_new; its path is its name)
 *     path   only files whose path begins so; absent: all
 *     end    only files whose path ends so
 *     size   only pieces of memory of just so many bytes (0 = any)
 *     nth    the first call that fails, from 1 (1)
 *     times  how many fail, one after the other (1); 0 = all from then on
 *     error  ENOSPC, EIO, EROFS, ENOMEM, EINTR, EMFILE, EDQUOT (EIO); 0 = the call is done, after the delay
 *     delay  milliseconds that the call hangs first (0)
 *     while  only as long as this file exists
 *   MINGJING_FAULTS_LOG = FILE              a line for each call that was hit
 *
 * Calls go straight to the kernel, so nothing here can meet itself. Only open() with O_CREAT counts
 * as open. Built with a sanitizer it leaves the allocator alone. Any thread. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define RULES_MAX 16
#define TEXT_MAX 1024

enum { NONE = -1 };

typedef struct Rule {
    char op[16], path[TEXT_MAX], end[64], until[TEXT_MAX];
    long nth, times, delay_ms, size;
    int error;
    atomic_long seen;
} Rule;

static Rule rules[RULES_MAX];
static int rule_count;
static char log_path[TEXT_MAX];

static int error_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } ERRORS[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EROFS", EROFS},  {"ENOMEM", ENOMEM},
                  {"EINTR", EINTR},   {"EMFILE", EMFILE}, {"EDQUOT", EDQUOT}};
    for (size_t i = 0; i < sizeof ERRORS / sizeof ERRORS[0]; i++)
        if (strcmp(name, ERRORS[i].name) == 0)
            return ERRORS[i].number;
    return 0;
}

static void copy(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(out, text, length);
    out[length] = '\0';
}

static void set(Rule *rule, const char *key, const char *value)
{
    if (strcmp(key, "op") == 0)
        copy(rule->op, sizeof rule->op, value);
    else if (strcmp(key, "path") == 0)
        copy(rule->path, sizeof rule->path, value);
    else if (strcmp(key, "end") == 0)
        copy(rule->end, sizeof rule->end, value);
    else if (strcmp(key, "while") == 0)
        copy(rule->until, sizeof rule->until, value);
    else if (strcmp(key, "nth") == 0)
        rule->nth = atol(value);
    else if (strcmp(key, "times") == 0)
        rule->times = atol(value);
    else if (strcmp(key, "delay") == 0)
        rule->delay_ms = atol(value);
    else if (strcmp(key, "size") == 0)
        rule->size = atol(value);
    else if (strcmp(key, "error") == 0)
        rule->error = error_number(value);
}

static void add_rule(char *text)
{
    Rule *rule = &rules[rule_count];
    rule->nth = rule->times = 1;
    rule->error = EIO;
    char *rest = NULL;
    for (char *word = strtok_r(text, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = '\0';
        set(rule, word, value);
    }
    rule_count++;
}

__attribute__((constructor)) static void read_plan(void)
{
    static char plan[8 * TEXT_MAX];
    const char *text = getenv("MINGJING_FAULTS"), *log = getenv("MINGJING_FAULTS_LOG");
    copy(plan, sizeof plan, text ? text : "");
    copy(log_path, sizeof log_path, log ? log : "");
    char *rest = NULL;
    for (char *rule = strtok_r(plan, ";", &rest); rule && rule_count < RULES_MAX;
         rule = strtok_r(NULL, ";", &rest))
        add_rule(rule);
}

static bool path_fits(const Rule *rule, const char *path)
{
    size_t end = strlen(rule->end), length = strlen(path);
    return strncmp(path, rule->path, strlen(rule->path)) == 0 && length >= end &&
           strcmp(path + length - end, rule->end) == 0;
}

static void note(const Rule *rule, const char *path)
{
    if (!log_path[0])
        return;
    char line[2 * TEXT_MAX];
    copy(line, 32, rule->op);
    size_t at = strlen(line);
    line[at++] = ' ';
    copy(line + at, TEXT_MAX, path);
    at += strlen(line + at);
    line[at++] = '\n';
    int fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        syscall(SYS_write, fd, line, at);
        syscall(SYS_close, fd);
    }
}

static bool applies(Rule *rule, const char *op, const char *path, size_t size)
{
    if (strcmp(rule->op, op) != 0 || (rule->size > 0 && size != (size_t)rule->size) ||
        !path_fits(rule, path))
        return false;
    if (rule->until[0] && syscall(SYS_faccessat, AT_FDCWD, rule->until, F_OK, 0) != 0)
        return false;
    long seen = atomic_fetch_add(&rule->seen, 1) + 1;
    return seen >= rule->nth && (rule->times == 0 || seen < rule->nth + rule->times);
}

/* True if the call is to fail; errno says how. */
static bool hit_size(const char *op, const char *path, size_t size)
{
    for (int i = 0; i < rule_count; i++) {
        Rule *rule = &rules[i];
        if (!applies(rule, op, path, size))
            continue;
        note(rule, path);
        struct timespec delay = {rule->delay_ms / 1000, rule->delay_ms % 1000 * 1000000};
        syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &delay, NULL);
        if (rule->error == 0)
            return false;
        errno = rule->error;
        return true;
    }
    return false;
}

static bool hit(const char *op, const char *path)
{
    return hit_size(op, path, 0);
}

static bool hit_fd(const char *op, int fd)
{
    if (rule_count == 0)
        return false;
    char name[32] = "/proc/self/fd/", path[TEXT_MAX];
    size_t at = strlen(name);
    char digits[16];
    int count = 0;
    for (unsigned number = (unsigned)fd; count == 0 || number > 0; number /= 10)
        digits[count++] = (char)('0' + number % 10);
    while (count > 0)
        name[at++] = digits[--count];
    name[at] = '\0';
    long length = syscall(SYS_readlinkat, AT_FDCWD, name, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/')
        return false;
    path[length] = '\0';
    return hit(op, path);
}

static size_t taken(int fd, size_t size)
{
    return size > 1 && hit_fd("short", fd) ? size / 2 : size;
}

ssize_t write(int fd, const void *data, size_t size)
{
    return hit_fd("write", fd) ? NONE : syscall(SYS_write, fd, data, taken(fd, size));
}

static ssize_t garbled(int fd, void *data, ssize_t got)
{
    if (got > 0 && hit_fd("garble", fd))
        ((uint8_t *)data)[got / 2] ^= 0x10;
    return got;
}

ssize_t read(int fd, void *data, size_t size)
{
    return hit_fd("read", fd) ? NONE : garbled(fd, data, syscall(SYS_read, fd, data, size));
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    return hit_fd("read", fd) ? NONE : garbled(fd, data, syscall(SYS_pread64, fd, data, size, at));
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
    return hit_fd("read", fd) ? NONE : garbled(fd, data, syscall(SYS_pread64, fd, data, size, at));
}

int close(int fd)
{
    bool fails = hit_fd("close", fd);
    int number = errno;
    int closed = (int)syscall(SYS_close, fd);
    errno = fails ? number : errno;
    return fails ? NONE : closed;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return hit_fd("write", fd) ? NONE : syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return hit_fd("write", fd) ? NONE : syscall(SYS_pwrite64, fd, data, taken(fd, size), at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    return hit_fd("write", fd) ? NONE : syscall(SYS_pwrite64, fd, data, taken(fd, size), at);
}

int fsync(int fd)
{
    return hit_fd("sync", fd) ? NONE : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return hit_fd("sync", fd) ? NONE : (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
    return hit_fd("syncfs", fd) ? NONE : (int)syscall(SYS_syncfs, fd);
}

int ftruncate(int fd, off_t size)
{
    return hit_fd("truncate", fd) ? NONE : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return hit_fd("truncate", fd) ? NONE : (int)syscall(SYS_ftruncate, fd, size);
}

static int open_at(const char *path, int flags, mode_t mode)
{
    if ((flags & O_CREAT) && hit("open", path))
        return NONE;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_at(path, flags, mode);
}

int rename(const char *from, const char *to)
{
    return hit("rename", from) ? NONE
                               : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
    return hit("mkdir", path) ? NONE : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int unlink(const char *path)
{
    return hit("unlink", path) ? NONE : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* GLib's, without its headers. */
typedef void *ThreadFunction(void *data);
typedef void *ThreadTryNew(const char *name, ThreadFunction *function, void *data, void **error);
typedef void SetError(void **error, unsigned domain, int code, const char *message);
ThreadTryNew g_thread_try_new;

void *g_thread_try_new(const char *name, ThreadFunction *function, void *data, void **error)
{
    ThreadTryNew *real;
    unsigned (*domain)(void);
    SetError *put;
    *(void **)&real = dlsym(RTLD_NEXT, "g_thread_try_new");
    if (!hit("thread", name))
        return real(name, function, data, error);
    *(void **)&domain = dlsym(RTLD_NEXT, "g_thread_error_quark");
    *(void **)&put = dlsym(RTLD_NEXT, "g_set_error_literal");
    put(error, domain(), 0, "no thread (by the plan)");
    return NULL;
}

#ifndef FAULTS_WITHOUT_MALLOC
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *data, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

int posix_memalign(void **ret, size_t alignment, size_t size)
{
    if (hit_size("memalign", "", size))
        return ENOMEM;
    void *data = __libc_memalign(alignment, size);
    *ret = data ? data : *ret;
    return data ? 0 : ENOMEM;
}

void *malloc(size_t size)
{
    return hit_size("malloc", "", size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return hit_size("malloc", "", count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *data, size_t size)
{
    return hit_size("malloc", "", size) ? NULL : __libc_realloc(data, size);
}
#endif
