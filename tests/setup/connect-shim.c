/*
 * Stands between a program and the network, by LD_PRELOAD: writes down every internet address that it tries to reach
 * and every name that it asks for. connect-log.ts reads that. Nothing is changed or refused.
 *
 * ALCOVE_CONNECT_LOG  file that a line for each attempt is appended to: pid, `tcp`, `udp` or `name`, and host:port
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 400
/* Above what programs count to, and below the usual limit of 1,024. */
#define LOWEST_FD 900

static int log_fd = -1;
static dev_t log_device;
static ino_t log_inode;

/* A sandboxed process cannot open the file any more: it is opened at the start, and passed on by fork. */
__attribute__((constructor)) static void open_log(void) {
  const char *file = getenv("ALCOVE_CONNECT_LOG");
  struct stat found;
  if (!file) return;
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return;
  log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_FD);
  if (log_fd < 0) log_fd = fd;
  else close(fd);
  if (fstat(log_fd, &found) == 0) {
    log_device = found.st_dev;
    log_inode = found.st_ino;
  }
}

/* Chromium closes what it does not know in a child; the number may be another file's by then. */
static int is_log_open(void) {
  struct stat found;
  return log_fd >= 0 && fstat(log_fd, &found) == 0 && found.st_dev == log_device && found.st_ino == log_inode;
}

static void write_down(const char *kind, const char *host, int port) {
  char line[LINE_BYTES];
  int saved = errno;
  if (!is_log_open()) open_log();
  int length = snprintf(line, sizeof line, "%d %s %.300s:%d\n", (int)getpid(), kind, host, port);
  if (is_log_open() && length > 0 && write(log_fd, line, (size_t)length) < 0) log_fd = -1;
  errno = saved;
}

static void note(int fd, const struct sockaddr *address, socklen_t bytes) {
  char host[INET6_ADDRSTRLEN] = "?";
  int port = 0, type = 0;
  socklen_t type_bytes = sizeof type;
  if (!address || bytes < sizeof(sa_family_t)) return;
  if (address->sa_family == AF_INET && bytes >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *four = (const struct sockaddr_in *)address;
    inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
    port = ntohs(four->sin_port);
  } else if (address->sa_family == AF_INET6 && bytes >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
    port = ntohs(six->sin6_port);
  } else {
    return;
  }
  int saved = errno;
  getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_bytes);
  errno = saved;
  write_down(type == SOCK_STREAM ? "tcp" : "udp", host, port);
}

int connect(int fd, const struct sockaddr *address, socklen_t bytes) {
  static int (*next)(int, const struct sockaddr *, socklen_t);
  if (!next) next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  note(fd, address, bytes);
  return next(fd, address, bytes);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t bytes) {
  static ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  if (!next)
    next = (ssize_t (*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
  note(fd, address, bytes);
  return next(fd, data, size, flags, address, bytes);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  static ssize_t (*next)(int, const struct msghdr *, int);
  if (!next) next = (ssize_t (*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
  if (message) note(fd, message->msg_name, message->msg_namelen);
  return next(fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags) {
  static int (*next)(int, struct mmsghdr *, unsigned int, int);
  if (!next) next = (int (*)(int, struct mmsghdr *, unsigned int, int))dlsym(RTLD_NEXT, "sendmmsg");
  for (unsigned int at = 0; messages && at < count; at++)
    note(fd, messages[at].msg_hdr.msg_name, messages[at].msg_hdr.msg_namelen);
  return next(fd, messages, count, flags);
}

/* The C library asks a name server past the calls above, so what is asked for is noted here. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  static int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  unsigned char numeric[sizeof(struct in6_addr)];
  if (!next)
    next = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
  if (name && inet_pton(AF_INET, name, numeric) != 1 && inet_pton(AF_INET6, name, numeric) != 1)
    write_down("name", name, 0);
  return next(name, service, hints, found);
}
