/*
 * Stands between a program and the disk, by LD_PRELOAD: under one folder it logs every operation that changes what the
 * disk holds, in the order in which they happened, and fails chosen calls. disk-shim.ts has the other side of both.
 *
 * ALCOVE_FAULTS_DIR      the folder; nothing else is looked at
 * ALCOVE_FAULTS_LOG      file that the operations are appended to (records: struct record, two paths, the data)
 * ALCOVE_FAULTS_CONTROL  file of struct control, shared with the test, which may change it at any time
 * ALCOVE_FAULTS_MARKS    file whose writes are logged as marks: what a program appends to it takes its place in the order
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0xa1c0fa17u
#define MAX_FD 4096
#define FAILED (-1)

enum kind { OPEN = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, LINK, ALLOCATE, MAP, CLOSE, MARK, FAULT };
enum class { IN_OPEN = 1, IN_READ = 2, IN_WRITE = 4, IN_SYNC = 8, IN_TRUNCATE = 16, IN_UNLINK = 32, IN_RENAME = 64,
  IN_MKDIR = 128, IN_LINK = 256, IN_ALLOCATE = 512, IN_MAP = 1024 };

struct record {
  uint32_t magic, kind, pid, handle;
  int64_t offset;
  uint64_t length, nanoseconds;
  uint32_t path_bytes, second_bytes, flags, reserved;
};

/* The n-th call of the classes since `seen` was last set to 0 fails, and those after it too where `forever` is set. */
struct control {
  uint32_t classes, nth, error, forever, seen, failed;
};

struct handle {
  uint32_t id;
  int is_mark;
};

static long (*kernel)(long, ...);
static char folder[PATH_MAX], marks[PATH_MAX];
static size_t folder_bytes;
static int log_fd = -1;
static struct control *control;
static struct handle *handles[MAX_FD];
static uint32_t last_handle;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  if (kernel) return;
  *(void **)&kernel = dlsym(RTLD_NEXT, "syscall");
  const char *dir = getenv("ALCOVE_FAULTS_DIR");
  if (!dir) return;
  const char *log = getenv("ALCOVE_FAULTS_LOG"), *control_file = getenv("ALCOVE_FAULTS_CONTROL");
  const char *marks_file = getenv("ALCOVE_FAULTS_MARKS");
  if (marks_file) snprintf(marks, sizeof marks, "%s", marks_file);
  if (log) log_fd = kernel(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (control_file) {
    int fd = kernel(SYS_openat, AT_FDCWD, control_file, O_RDWR | O_CLOEXEC, 0);
    void *map = (void *)kernel(SYS_mmap, 0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) control = map;
    kernel(SYS_close, fd);
  }
  folder_bytes = snprintf(folder, sizeof folder, "%s", dir);
}

/* The library may be called before its constructor has run. */
static void lock_all(void) {
  if (!kernel) start();
  pthread_mutex_lock(&lock);
}

static void unlock_all(void) {
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
}

/* The path as the log names it; empty for one that is neither in the folder nor the file of marks. */
static const char *whole(int at, const char *path, char *out) {
  char base[PATH_MAX] = "";
  out[0] = 0;
  if (!kernel) start();
  if (!path || !folder_bytes) return out;
  if (path[0] != '/') {
    if (at == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return out;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", at);
      if (kernel(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1) < 0) return out;
    }
    strncat(base, "/", sizeof base - strlen(base) - 1);
  }
  if (strlen(base) + strlen(path) >= PATH_MAX) return out;
  strcat(strcpy(out, base), path);
  size_t bytes = strlen(out);
  while (bytes > 1 && (out[bytes - 1] == '/' || (bytes > 2 && !strcmp(out + bytes - 2, "/.")))) out[--bytes] = 0;
  int inside = !strncmp(out, folder, folder_bytes) && (out[folder_bytes] == '/' || !out[folder_bytes]);
  if (!inside && (!marks[0] || strcmp(out, marks))) out[0] = 0;
  return out;
}

static struct handle *handle_of(int fd) { return fd >= 0 && fd < MAX_FD ? handles[fd] : 0; }

static void note(enum kind kind, uint32_t handle, int64_t offset, const char *path, const char *second,
                 const void *data, uint64_t length, uint32_t flags) {
  if (log_fd < 0) return;
  struct timespec now;
  int error = errno;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct record record = { MAGIC, kind, getpid(), handle, offset, length, now.tv_sec * 1000000000ull + now.tv_nsec,
    path ? strlen(path) : 0, second ? strlen(second) : 0, flags, 0 };
  struct iovec parts[4] = { { &record, sizeof record }, { (void *)path, record.path_bytes },
    { (void *)second, record.second_bytes }, { (void *)data, data ? length : 0 } };
  if (kernel(SYS_writev, log_fd, parts, 4) < 0) abort();
  errno = error;
}

/* Whether the test wants this call to fail; sets errno. */
static int fails(enum class class, const char *path) {
  if (!control || !(control->classes & class)) return 0;
  control->seen += 1;
  if (control->forever ? control->seen < control->nth : control->seen != control->nth) return 0;
  control->failed += 1;
  errno = control->error;
  note(FAULT, 0, class, path, 0, 0, 0, control->error);
  return 1;
}

static int open_file(int at, const char *path, int flags, mode_t mode) {
  char name[PATH_MAX];
  if (!*whole(at, path, name)) return kernel(SYS_openat, at, path, flags, mode);
  int is_mark = marks[0] && !strcmp(name, marks);
  lock_all();
  int fd = FAILED;
  if (is_mark || !fails(IN_OPEN, name)) {
    int made = (flags & O_CREAT) && kernel(SYS_faccessat, AT_FDCWD, name, F_OK) < 0;
    fd = kernel(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < MAX_FD) {
      struct handle *handle = malloc(sizeof *handle);
      *handle = (struct handle){ ++last_handle, is_mark };
      handles[fd] = handle;
      if (!is_mark) note(OPEN, handle->id, made, name, 0, 0, 0, flags);
    }
  }
  unlock_all();
  return fd;
}

#define OPEN_LIKE(NAME) \
  int NAME(const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, int); va_end(rest); \
    return open_file(AT_FDCWD, path, flags, mode); \
  }
#define OPENAT_LIKE(NAME) \
  int NAME(int at, const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, int); va_end(rest); \
    return open_file(at, path, flags, mode); \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)
OPEN_LIKE(__open_2)
OPEN_LIKE(__open64_2)
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

int close(int fd) {
  if (!kernel) start();
  if (handle_of(fd)) {
    lock_all();
    if (!handles[fd]->is_mark) note(CLOSE, handles[fd]->id, 0, 0, 0, 0, 0, 0);
    free(handles[fd]);
    handles[fd] = 0;
    unlock_all();
  }
  return kernel(SYS_close, fd);
}

/* `offset` below 0: at the file's own position, which the kernel knows better than we do. */
static ssize_t write_file(int fd, const void *data, size_t length, off_t offset) {
  if (!kernel) start();
  if (!handle_of(fd)) return offset < 0 ? kernel(SYS_write, fd, data, length) : kernel(SYS_pwrite64, fd, data, length, offset);
  lock_all();
  struct handle *handle = handles[fd];
  ssize_t done = FAILED;
  if (handle->is_mark || !fails(IN_WRITE, 0)) {
    done = offset < 0 ? kernel(SYS_write, fd, data, length) : kernel(SYS_pwrite64, fd, data, length, offset);
    if (done > 0) {
      off_t at = offset < 0 ? kernel(SYS_lseek, fd, 0, SEEK_CUR) - done : offset;
      note(handle->is_mark ? MARK : WRITE, handle->id, at, 0, 0, data, done, 0);
    }
  }
  unlock_all();
  return done;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
  if (!kernel) start();
  if (!handle_of(fd)) {
    return offset < 0 ? kernel(SYS_writev, fd, parts, count) : kernel(SYS_pwritev, fd, parts, count, (long)offset, 0);
  }
  ssize_t total = 0;
  for (int part = 0; part < count; part += 1) {
    ssize_t done = write_file(fd, parts[part].iov_base, parts[part].iov_len, offset < 0 ? offset : offset + total);
    if (done < 0) return total > 0 ? total : FAILED;
    total += done;
    if ((size_t)done < parts[part].iov_len) break;
  }
  return total;
}

ssize_t write(int fd, const void *data, size_t length) { return write_file(fd, data, length, -1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_file(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return write_file(fd, data, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return write_parts(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return write_parts(fd, parts, count, offset); }

/* One call on an open file, counted under `class` and logged as `kind` where that is not 0. */
static long on_file(int fd, enum class class, enum kind kind, int64_t offset, uint64_t length, long call, long b, long c, long d) {
  if (!kernel) start();
  if (!handle_of(fd) || handles[fd]->is_mark) return kernel(call, fd, b, c, d);
  lock_all();
  long done = fails(class, 0) ? FAILED : kernel(call, fd, b, c, d);
  if (done >= 0 && kind) note(kind, handles[fd]->id, offset, 0, 0, 0, length, 0);
  unlock_all();
  return done;
}

ssize_t read(int fd, void *out, size_t length) {
  return on_file(fd, IN_READ, 0, 0, 0, SYS_read, (long)out, length, 0);
}
ssize_t pread(int fd, void *out, size_t length, off_t offset) {
  return on_file(fd, IN_READ, 0, 0, 0, SYS_pread64, (long)out, length, offset);
}
ssize_t pread64(int fd, void *out, size_t length, off64_t offset) { return pread(fd, out, length, offset); }
int fsync(int fd) { return on_file(fd, IN_SYNC, SYNC, 0, 0, SYS_fsync, 0, 0, 0); }
int fdatasync(int fd) { return on_file(fd, IN_SYNC, SYNC, 1, 0, SYS_fdatasync, 0, 0, 0); }
int ftruncate(int fd, off_t size) { return on_file(fd, IN_TRUNCATE, TRUNCATE, size, 0, SYS_ftruncate, size, 0, 0); }
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int fallocate(int fd, int mode, off_t offset, off_t length) {
  return on_file(fd, IN_ALLOCATE, ALLOCATE, offset, length, SYS_fallocate, mode, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return fallocate(fd, 0, offset, length) < 0 ? errno : 0; }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* Copies inside the kernel would pass by the log: programs then copy by reading and writing. */
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t length, unsigned flags) {
  if (!kernel) start();
  if (handle_of(to)) { errno = ENOSYS; return FAILED; }
  return kernel(SYS_copy_file_range, from, at, to, there, length, flags);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
  if (!kernel) start();
  if (handle_of(to)) { errno = EINVAL; return FAILED; }
  return kernel(SYS_sendfile, to, from, offset, count);
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) { return sendfile(to, from, offset, count); }
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long), d = va_arg(rest, long);
  long e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (!kernel) start();
  /* The way in which libuv closes. */
  if (number == SYS_close) return close(a);
  if (number == SYS_copy_file_range && handle_of(c)) { errno = ENOSYS; return FAILED; }
  if (number == SYS_io_uring_setup) { errno = ENOSYS; return FAILED; }
  return kernel(number, a, b, c, d, e, f);
}

void *mmap(void *where, size_t length, int protection, int flags, int fd, off_t offset) {
  if (!kernel) start();
  if (fd < 0 || !(flags & MAP_SHARED) || !handle_of(fd)) return (void *)kernel(SYS_mmap, where, length, protection, flags, fd, offset);
  lock_all();
  void *map = fails(IN_MAP, 0) ? MAP_FAILED : (void *)kernel(SYS_mmap, where, length, protection, flags, fd, offset);
  if (map != MAP_FAILED) note(MAP, handles[fd]->id, offset, 0, 0, 0, length, protection);
  unlock_all();
  return map;
}
void *mmap64(void *where, size_t length, int protection, int flags, int fd, off64_t offset) { return mmap(where, length, protection, flags, fd, offset); }

/* One call on one or two names; `arguments` are those of the system call. */
static int on_names(enum class class, enum kind kind, const char *name, const char *other, uint32_t flags, long call,
                    const long arguments[5]) {
  const long *a = arguments;
  if (!name[0] && !other[0]) return kernel(call, a[0], a[1], a[2], a[3], a[4]);
  lock_all();
  int done = fails(class, name[0] ? name : other) ? FAILED : kernel(call, a[0], a[1], a[2], a[3], a[4]);
  if (done >= 0) note(kind, 0, kind == TRUNCATE ? a[1] : 0, name, other, 0, 0, flags);
  unlock_all();
  return done;
}

int unlinkat(int at, const char *path, int flags) {
  char name[PATH_MAX];
  whole(at, path, name);
  return on_names(IN_UNLINK, UNLINK, name, "", flags, SYS_unlinkat, (long[5]){ at, (long)path, flags });
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int done = unlink(path);
  return done < 0 && errno == EISDIR ? rmdir(path) : done;
}
int renameat2(int at, const char *from, int there, const char *to, unsigned flags) {
  char name[PATH_MAX], other[PATH_MAX];
  whole(at, from, name);
  whole(there, to, other);
  long arguments[5] = { at, (long)from, there, (long)to, flags };
  return on_names(IN_RENAME, RENAME, name, other, flags, SYS_renameat2, arguments);
}
int renameat(int at, const char *from, int there, const char *to) { return renameat2(at, from, there, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int at, const char *from, int there, const char *to, int flags) {
  char name[PATH_MAX], other[PATH_MAX];
  whole(at, from, name);
  whole(there, to, other);
  long arguments[5] = { at, (long)from, there, (long)to, flags };
  return on_names(IN_LINK, LINK, name, other, flags, SYS_linkat, arguments);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int mkdirat(int at, const char *path, mode_t mode) {
  char name[PATH_MAX];
  whole(at, path, name);
  return on_names(IN_MKDIR, MKDIR, name, "", mode, SYS_mkdirat, (long[5]){ at, (long)path, mode });
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
int truncate(const char *path, off_t size) {
  char name[PATH_MAX];
  whole(AT_FDCWD, path, name);
  return on_names(IN_TRUNCATE, TRUNCATE, name, "", 0, SYS_truncate, (long[5]){ (long)path, size });
}
int truncate64(const char *path, off64_t size) { return truncate(path, size); }
char *mkdtemp(char *template) {
  static char *(*real)(char *);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "mkdtemp");
  char name[PATH_MAX], *made = real(template);
  if (!made || !*whole(AT_FDCWD, made, name)) return made;
  lock_all();
  note(MKDIR, 0, 0, name, 0, 0, 0, 0700);
  unlock_all();
  return made;
}
