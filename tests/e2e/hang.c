/* Loaded before the C library, it is a disk that does not answer.

   What lies at a path with the marker in it is never in memory, and while the file exists that
   the variable HANG_WHILE names, opening and reading it hangs, as on a dead network mount. The
   file grows by a byte for each call that hangs. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MARKER "dead-disk"

static int is_marked(const char *path) { return path != NULL && strstr(path, MARKER) != NULL; }

static int is_marked_file(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_marked(path);
}

static void hang(void) {
    const char *signal = getenv("HANG_WHILE");
    int file = signal == NULL ? -1 : open(signal, O_WRONLY | O_APPEND);
    if (file >= 0) {
        if (write(file, ".", 1) != 1)
            abort();
        close(file);
    }
    while (signal != NULL && access(signal, F_OK) == 0)
        usleep(20000);
}

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

ssize_t pread64(int descriptor, void *buffer, size_t size, off64_t offset) {
    if (is_marked_file(descriptor))
        hang();
    return ((ssize_t (*)(int, void *, size_t, off64_t))next("pread64"))(
        descriptor, buffer, size, offset);
}

ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    return pread64(descriptor, buffer, size, offset);
}

ssize_t preadv64v2(int descriptor, const struct iovec *parts, int count, off64_t offset, int flags) {
    if ((flags & RWF_NOWAIT) && is_marked_file(descriptor)) {
        errno = EAGAIN;
        return -1;
    }
    return ((ssize_t (*)(int, const struct iovec *, int, off64_t, int))next("preadv64v2"))(
        descriptor, parts, count, offset, flags);
}

ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags) {
    return preadv64v2(descriptor, parts, count, offset, flags);
}

static int open_at(const char *name, int folder, const char *path, int flags, mode_t mode) {
    if (is_marked(path))
        hang();
    return ((int (*)(int, const char *, int, ...))next(name))(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_at("openat64", folder, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_at("openat", folder, path, flags, mode);
}

/* openat2 has no function of its own. */
long syscall(long number, ...) {
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(rest, long);
    va_end(rest);
    if (number == 437 && is_marked((const char *)a[1])) {
        errno = EAGAIN; /* it is not in memory */
        return -1;
    }
    return ((long (*)(long, ...))next("syscall"))(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
