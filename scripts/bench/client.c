/* The one client of every contender: opens many sockets, asks for messages by credit, counts what comes.
 *
 *   client PORT PATH SOCKETS JOINED CREDITS
 *
 * JOINED is a text that a socket must have been sent before it counts as subscribed ("" = the handshake is enough);
 * CREDITS is a descriptor: one byte written to it asks the publisher for that many messages in one go.
 * A message carries `~sequence~monotonic nanoseconds~` (12 and 20 digits) somewhere in its text.
 * Says {"joined": N}, then obeys lines on stdin and answers each with one line of JSON:
 *
 *   saturate WINDOW TOGETHER SECONDS   keep WINDOW messages under way, asked for TOGETHER at a time
 *   pace RATE SECONDS                  ask for one message RATE times a second
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

enum { AT_ONCE = 32, BUFFER = 1 << 18, RING = 1 << 12, EVENTS = 512, MARK = 35, TENTHS = 64, BUCKETS = 64 * TENTHS };
static const uint64_t SECOND = 1000000000ull;
static const double STUCK = 2.0, STALLED = 5.0, DRAIN = 20.0, PATIENCE = 20.0;

typedef struct {
    int fd, is_open, is_joined;
    uint64_t last;       /* the newest message that this socket was sent */
    size_t kept, room;   /* the beginning of a frame whose end has not come */
    unsigned char *part;
} Socket;

static Socket *sockets;
static int count, port, opened, joined, closed, poll_fd, credits;
static const char *path, *joined_text;
static unsigned char buffer[BUFFER];

static uint64_t granted, complete;   /* the newest message asked for; the newest that every open socket has */
static int missing_at[RING];         /* sockets that still miss message i */

static struct { /* what one measurement counts */
    uint64_t base, received, repeated, last_at, worst;
    uint64_t latency[BUCKETS];
} tally;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static double busy_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "client: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

/* Latencies in buckets of 1.6 %: 64 steps to each doubling. */

static int bucket_of(uint64_t ns) {
    if (ns < TENTHS) return (int)ns;
    int doublings = 63 - __builtin_clzll(ns) - 6;
    return doublings * TENTHS + (int)(ns >> doublings);
}

static double bucket_ms(int bucket) {
    if (bucket < 2 * TENTHS) return bucket / 1e6;
    int doublings = bucket / TENTHS - 1;
    return (double)((uint64_t)(bucket % TENTHS + TENTHS) << doublings) / 1e6;
}

static double percentile(double part) {
    uint64_t wanted = (uint64_t)((double)tally.received * part), seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += tally.latency[i]) > wanted) return bucket_ms(i);
    return 0;
}

/* Which messages everybody has. */

static void grant(int messages) {
    unsigned char byte = (unsigned char)messages;
    for (int i = 0; i < messages; i++) missing_at[++granted % RING] = opened;
    if (write(credits, &byte, 1) != 1) fail("the publisher is gone");
}

static void has_until(Socket *s, uint64_t sequence) {
    uint64_t from = s->last > complete ? s->last : complete;
    for (uint64_t i = from + 1; i <= sequence; i++) missing_at[i % RING]--;
    s->last = sequence;
    while (complete < granted && missing_at[(complete + 1) % RING] <= 0) complete++;
}

static void ended(Socket *s) {
    close(s->fd);
    if (s->is_open) opened--, closed++;
    s->is_open = 0;
    has_until(s, granted);
}

/* Frames. */

static uint64_t digits(const unsigned char *text, int length) {
    uint64_t value = 0;
    for (int i = 0; i < length; i++) value = value * 10 + (uint64_t)(text[i] - '0');
    return value;
}

static void count_message(Socket *s, uint64_t sequence, uint64_t sent, uint64_t at) {
    if (sequence > granted) return;
    if (sequence <= s->last) { tally.repeated++; return; }
    has_until(s, sequence);
    if (sequence <= tally.base) return; /* came too late for the measurement that it belonged to */
    uint64_t took = at > sent ? at - sent : 0;
    tally.received++, tally.last_at = at, tally.latency[bucket_of(took)]++;
    if (took > tally.worst) tally.worst = took;
}

static void take_text(Socket *s, const unsigned char *text, size_t length, uint64_t at) {
    const unsigned char *mark = memchr(text, '~', length);
    if (mark && (size_t)(text + length - mark) >= MARK && mark[13] == '~' && mark[34] == '~')
        count_message(s, digits(mark + 1, 12), digits(mark + 14, 20), at);
    else if (!s->is_joined && memmem(text, length, joined_text, strlen(joined_text)))
        s->is_joined = 1, joined++;
}

static void answer_ping(Socket *s, const unsigned char *data, size_t length) {
    unsigned char pong[6 + 125] = {0x8a, (unsigned char)(0x80 | length)}; /* masked with zeros */
    if (length > 125) return;
    memcpy(pong + 6, data, length);
    if (write(s->fd, pong, 6 + length) < 0) ended(s);
}

/* One frame from the beginning of `data`; how many bytes it took, 0 where its end has not come. */
static size_t take_frame(Socket *s, const unsigned char *data, size_t length, uint64_t at) {
    if (length < 2) return 0;
    size_t head = 2, body = data[1] & 127;
    if (body == 126) {
        if (length < 4) return 0;
        head = 4, body = (size_t)data[2] << 8 | data[3];
    } else if (body == 127) {
        if (length < 10) return 0;
        head = 10, body = 0;
        for (int i = 2; i < 10; i++) body = body << 8 | data[i];
    }
    if (length < head + body) return 0;
    int opcode = data[0] & 15;
    if (opcode == 1 || opcode == 2) take_text(s, data + head, body, at);
    if (opcode == 9) answer_ping(s, data + head, body);
    if (opcode == 8) ended(s);
    return head + body;
}

static size_t take_handshake(Socket *s, const unsigned char *data, size_t length) {
    const unsigned char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (!memmem(data, (size_t)(end - data), " 101 ", 5)) fail("a handshake was refused");
    s->is_open = 1, opened++;
    if (!*joined_text) s->is_joined = 1, joined++;
    return (size_t)(end - data) + 4;
}

static void keep(Socket *s, const unsigned char *data, size_t length) {
    if (length > s->room && !(s->part = realloc(s->part, s->room = length + 1024))) fail("no memory");
    if (length) memcpy(s->part, data, length);
    s->kept = length;
}

static void readable(Socket *s) {
    if (s->kept) memcpy(buffer, s->part, s->kept);
    ssize_t got = recv(s->fd, buffer + s->kept, BUFFER - s->kept, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { ended(s); return; }
    size_t length = s->kept + (size_t)got, used = 0, took = 1;
    uint64_t at = now();
    if (!s->is_open) used = took = take_handshake(s, buffer, length);
    while (took && s->is_open && (took = take_frame(s, buffer + used, length - used, at))) used += took;
    keep(s, buffer + used, length - used);
}

static void read_all(int timeout_ms) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poll_fd, events, EVENTS, timeout_ms);
    for (int i = 0; i < ready; i++) readable(events[i].data.ptr);
}

/* Sockets. */

static void open_socket(Socket *s) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = s};
    char request[512];
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n", path, port, port);
    if ((s->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0 || connect(s->fd, (void *)&to, sizeof to)) fail("cannot connect");
    if (write(s->fd, request, (size_t)length) != length) fail("cannot ask for a socket");
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, s->fd, &wish)) fail("epoll");
}

static void open_all(void) {
    uint64_t moved = now();
    for (int asked = 0, before = -1; joined < count;) {
        while (asked < count && asked - opened < AT_ONCE) open_socket(&sockets[asked++]);
        read_all(100);
        if (closed) errno = 0, fail("the server closed a socket that had just opened");
        if (opened + joined != before) before = opened + joined, moved = now();
        if ((double)(now() - moved) > PATIENCE * 1e9) errno = 0, fail("the server does not let all sockets join");
    }
    printf("{\"joined\": %d}\n", joined);
}

/* Segments that came: with one write per frame there are as many as frames. */
static uint64_t segments(void) {
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        struct tcp_info info = {0};
        socklen_t length = sizeof info;
        if (sockets[i].is_open && !getsockopt(sockets[i].fd, IPPROTO_TCP, TCP_INFO, &info, &length))
            sum += info.tcpi_data_segs_in;
    }
    return sum;
}

/* Measurements. */

static double since(uint64_t then) { return then ? (double)(int64_t)(now() - then) / 1e9 : 0; }

static uint64_t last_heard(uint64_t began) { return tally.last_at > began ? tally.last_at : began; }

static void drain(void) { /* who has the newest is sent nothing older any more */
    uint64_t began = now();
    while (complete < granted)
        if (since(last_heard(began)) > STALLED || since(began) > DRAIN) return;
        else read_all(50);
}

static void saturate(uint64_t window, int together, double seconds) {
    uint64_t began = now();
    while (since(began) < seconds) {
        if (since(last_heard(began)) > STUCK) complete = granted; /* given up: what does not come any more is lost */
        while (granted - complete + (uint64_t)together <= window) grant(together);
        read_all(50);
    }
}

static void pace(double rate, double seconds) {
    uint64_t began = now(), asked = 0;
    while (since(began) < seconds) {
        if (since(began) * rate >= (double)asked) grant(1), asked++;
        double wait = ((double)asked / rate - since(began)) * 1000;
        read_all(wait > 50 ? 50 : wait > 0 ? (int)wait + 1 : 0);
    }
}

/* `seconds`: from the first message that was asked for to the last that came. */
static void report(uint64_t began, uint64_t expected, uint64_t parts, double busy) {
    double whole = since(began);
    printf("{\"seconds\": %.6f, \"received\": %lu, \"lost\": %ld, \"repeated\": %lu, \"closed\": %d, "
           "\"p50_ms\": %.4f, \"p99_ms\": %.4f, \"worst_ms\": %.4f, \"frames_per_segment\": %.2f, "
           "\"busy\": %.3f, \"wall\": %.6f}\n",
           (double)(last_heard(began) - began) / 1e9, tally.received, (long)(expected - tally.received), tally.repeated,
           closed, percentile(0.5), percentile(0.99), (double)tally.worst / 1e6,
           parts ? (double)tally.received / (double)parts : 0, busy / whole, whole);
}

static void measure(const char *command) {
    double a = 0, b = 0, c = 0;
    int is_saturating = sscanf(command, "saturate %lf %lf %lf", &a, &b, &c) == 3;
    if (!is_saturating && sscanf(command, "pace %lf %lf", &a, &b) != 2) errno = 0, fail("a command that is none");
    memset(&tally, 0, sizeof tally);
    complete = tally.base = granted;
    int sockets_then = opened;
    uint64_t parts = segments(), began = now();
    double busy = busy_seconds();
    if (is_saturating) saturate((uint64_t)a, (int)b, c);
    else pace(a, b);
    drain();
    report(began, (granted - tally.base) * (uint64_t)sockets_then, segments() - parts, busy_seconds() - busy);
}

int main(int argc, char **argv) {
    char line[256];
    if (argc != 6) fail("client PORT PATH SOCKETS JOINED CREDITS");
    port = atoi(argv[1]), path = argv[2], count = atoi(argv[3]), joined_text = argv[4], credits = atoi(argv[5]);
    if ((poll_fd = epoll_create1(0)) < 0 || !(sockets = calloc((size_t)count, sizeof *sockets))) fail("no memory");
    setlinebuf(stdout);
    open_all();
    while (fgets(line, sizeof line, stdin)) measure(line);
    return 0;
}
