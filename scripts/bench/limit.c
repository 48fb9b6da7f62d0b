/* The limit: accepts sockets, then only writes ready frames to them in a loop; one write for all messages of a credit.
 *
 *   limit PORT CREDITS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 251, FRAME = TEXT + 4, MOST = 1 << 14 };
static const char ACCEPTED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"; /* the client's key is always the same */

static int clients[MOST], count, poll_fd;
static uint64_t sequence;

static void watch(int fd) {
    struct epoll_event wish = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &wish);
}

static int listen_at(int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (void *)&at, sizeof at) || listen(fd, 4096)) perror("limit"), exit(1);
    return fd;
}

static void welcome(int listener) {
    int fd = accept(listener, NULL, NULL), yes = 1;
    if (fd < 0 || count == MOST) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    clients[count++] = fd;
    watch(fd);
}

static void forget(int fd) {
    for (int i = 0; i < count; i++)
        if (clients[i] == fd) clients[i] = clients[--count];
    close(fd);
}

static void said(int fd) { /* a client says nothing but its handshake, which comes in one piece */
    char text[2048];
    ssize_t got = recv(fd, text, sizeof text, 0);
    if (got <= 0)
        forget(fd);
    else if (memmem(text, (size_t)got, "\r\n\r\n", 4))
        send(fd, ACCEPTED, sizeof ACCEPTED - 1, MSG_NOSIGNAL);
}

static void build(unsigned char *frame) {
    struct timespec t;
    char text[TEXT + 1];
    clock_gettime(CLOCK_MONOTONIC, &t);
    unsigned long long ns = (unsigned long long)t.tv_sec * 1000000000ull + (unsigned long long)t.tv_nsec;
    int length = snprintf(text, sizeof text, "{\"message\": \"~%012llu~%020llu~", (unsigned long long)++sequence, ns);
    memset(text + length, 'x', (size_t)(TEXT - 2 - length));
    memcpy(text + TEXT - 2, "\"}", 2);
    memcpy(frame, (unsigned char[]){0x81, 126, TEXT >> 8, TEXT & 255}, 4);
    memcpy(frame + 4, text, TEXT);
}

static void publish(int messages) {
    static unsigned char frames[255 * FRAME];
    for (int i = 0; i < messages; i++) build(frames + i * FRAME);
    for (int i = 0; i < count; i++) send(clients[i], frames, (size_t)(messages * FRAME), MSG_NOSIGNAL);
}

static void obey(int credits) {
    unsigned char asked[4096];
    ssize_t got = read(credits, asked, sizeof asked);
    if (got <= 0) exit(0);
    for (ssize_t i = 0; i < got; i++) publish(asked[i]);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int listener = listen_at(atoi(argv[1])), credits = atoi(argv[2]);
    poll_fd = epoll_create1(0);
    watch(listener), watch(credits);
    puts("ready"), fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll_fd, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) welcome(fd);
            else if (fd == credits) obey(fd);
            else said(fd);
        }
    }
}
