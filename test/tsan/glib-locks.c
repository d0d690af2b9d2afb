// SPDX-License-Identifier: GPL-3.0-or-later
/* To be preloaded into programs built with -Db_sanitize=thread: tells ThreadSanitizer of GLib's locks.
 *
 * GLib's locks are futexes of its own, and GLib is not built with the sanitizer, which so sees neither
 * that a lock is held nor that one thread has handed something to another, and calls both a race. Each
 * function here does what GLib's does, by calling it, and says so. With that, the order in which locks
 * are taken is checked too.
 *
 * Reference counts: whoever drops one makes what it did known to whoever drops the last one and frees.
 * Queues: what was done before a push is known to who pops. */
#include <dlfcn.h>
#include <glib-object.h>
#include <stddef.h>

/* Weak: what a test starts may be built without the sanitizer. */
#pragma weak __tsan_acquire
#pragma weak __tsan_release
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock
void __tsan_acquire(void *address);
void __tsan_release(void *address);
void __tsan_mutex_pre_lock(void *address, unsigned flags);
void __tsan_mutex_post_lock(void *address, unsigned flags, int recursion);
int __tsan_mutex_pre_unlock(void *address, unsigned flags);
void __tsan_mutex_post_unlock(void *address, unsigned flags);

/* As in <sanitizer/tsan_interface.h>, which clang has elsewhere. */
enum { STATIC = 1 << 0, RECURSIVE = 1 << 1, SHARED = 1 << 3, TRY = 1 << 4, TRY_FAILED = 1 << 5 };

/* Looked up once for each place; two threads that do so find the same. */
#define REAL(name)                                                                                 \
    (__extension__({                                                                               \
        static union {                                                                             \
            void *object;                                                                          \
            __typeof__(&name) function;                                                            \
        } found;                                                                                   \
        if (!__atomic_load_n(&found.object, __ATOMIC_RELAXED))                                     \
            __atomic_store_n(&found.object, dlsym(RTLD_NEXT, #name), __ATOMIC_RELAXED);            \
        found.function;                                                                            \
    }))

static void want(void *lock, unsigned flags)
{
    if (__tsan_mutex_pre_lock)
        __tsan_mutex_pre_lock(lock, flags | STATIC);
}

static void have(void *lock, unsigned flags)
{
    if (__tsan_mutex_post_lock)
        __tsan_mutex_post_lock(lock, flags | STATIC, 1);
}

static void let_go(void *lock, unsigned flags)
{
    if (__tsan_mutex_pre_unlock)
        __tsan_mutex_pre_unlock(lock, flags | STATIC);
}

static void gone(void *lock, unsigned flags)
{
    if (__tsan_mutex_post_unlock)
        __tsan_mutex_post_unlock(lock, flags | STATIC);
}

static void give(void *what)
{
    if (__tsan_release)
        __tsan_release(what);
}

static void take(void *what)
{
    if (__tsan_acquire)
        __tsan_acquire(what);
}

/* --- locks ------------------------------------------------------------------------------------ */

#define LOCK(name, Type, flags)                                                                    \
    void name(Type *lock)                                                                          \
    {                                                                                              \
        want(lock, flags);                                                                         \
        REAL(name)(lock);                                                                          \
        have(lock, flags);                                                                         \
    }
#define UNLOCK(name, Type, flags)                                                                  \
    void name(Type *lock)                                                                          \
    {                                                                                              \
        let_go(lock, flags);                                                                       \
        REAL(name)(lock);                                                                          \
        gone(lock, flags);                                                                         \
    }
#define TRYLOCK(name, Type, flags)                                                                 \
    gboolean name(Type *lock)                                                                      \
    {                                                                                              \
        want(lock, (flags) | TRY);                                                                 \
        gboolean done = REAL(name)(lock);                                                          \
        have(lock, (flags) | TRY | (done ? 0 : TRY_FAILED));                                       \
        return done;                                                                               \
    }

LOCK(g_mutex_lock, GMutex, 0)
UNLOCK(g_mutex_unlock, GMutex, 0)
TRYLOCK(g_mutex_trylock, GMutex, 0)
LOCK(g_rec_mutex_lock, GRecMutex, RECURSIVE)
UNLOCK(g_rec_mutex_unlock, GRecMutex, RECURSIVE)
TRYLOCK(g_rec_mutex_trylock, GRecMutex, RECURSIVE)
LOCK(g_rw_lock_writer_lock, GRWLock, 0)
UNLOCK(g_rw_lock_writer_unlock, GRWLock, 0)
LOCK(g_rw_lock_reader_lock, GRWLock, SHARED)
UNLOCK(g_rw_lock_reader_unlock, GRWLock, SHARED)

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    let_go(mutex, 0);
    gone(mutex, 0);
    REAL(g_cond_wait)(cond, mutex);
    want(mutex, 0);
    have(mutex, 0);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    let_go(mutex, 0);
    gone(mutex, 0);
    gboolean signalled = REAL(g_cond_wait_until)(cond, mutex, end_time);
    want(mutex, 0);
    have(mutex, 0);
    return signalled;
}

/* --- what is handed from one to another ------------------------------------------------------- */

void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
    give(queue);
    REAL(g_async_queue_push)(queue, data);
}

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
    gpointer data = REAL(g_async_queue_pop)(queue);
    take(queue);
    return data;
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout)
{
    gpointer data = REAL(g_async_queue_timeout_pop)(queue, timeout);
    take(queue);
    return data;
}

gpointer g_async_queue_try_pop(GAsyncQueue *queue)
{
    gpointer data = REAL(g_async_queue_try_pop)(queue);
    take(queue);
    return data;
}

#define UNREF(name, Type)                                                                          \
    void name(Type *what)                                                                          \
    {                                                                                              \
        give(what);                                                                                \
        take(what);                                                                                \
        REAL(name)(what);                                                                          \
    }

UNREF(g_bytes_unref, GBytes)
UNREF(g_async_queue_unref, GAsyncQueue)
UNREF(g_ptr_array_unref, GPtrArray)
UNREF(g_hash_table_unref, GHashTable)

void(g_object_unref)(gpointer object)
{
    give(object);
    take(object);
    REAL(g_object_unref)(object);
}
