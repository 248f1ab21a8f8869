// A TCP proxy that delays the answers of a server, to simulate a distant server: a round trip takes as long as the delay.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct end {
    int descriptor;
    bool is_server;
    struct end *other;
};

// A size of 0 or less: the server has closed the connection.
struct answer {
    struct end *client;
    long due;
    ssize_t size;
    char octets[4096];
    STAILQ_ENTRY(answer) next;
};

// All answers have the same delay, so the oldest one is always due first.
static STAILQ_HEAD(, answer) waiting = STAILQ_HEAD_INITIALIZER(waiting);
static long latency;
static int poller;

static long microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

union address {
    struct sockaddr any;
    struct sockaddr_in loopback;
    struct sockaddr_un local;
};

static int make_socket(int family) {
    int descriptor = socket(family, SOCK_STREAM, 0), yes = 1;
    if (descriptor < 0) fail("socket");
    // Neither has a meaning for a Unix socket.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return descriptor;
}

// Returns the address of a Unix socket if the text is a path, else of a port on the loopback interface.
static union address address(const char *text) {
    union address address = {0};
    if (text[0] == '/') {
        address.local.sun_family = AF_UNIX;
        strncpy(address.local.sun_path, text, sizeof address.local.sun_path - 1);
    } else {
        address.loopback.sin_family = AF_INET;
        address.loopback.sin_port = htons(atoi(text));
        address.loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return address;
}

static void watch(int descriptor, void *end) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

static void accept_client(int listener, const union address *server) {
    struct end *ends = calloc(2, sizeof *ends);
    int yes = 1;
    ends[0] = (struct end){accept(listener, NULL, NULL), false, &ends[1]};
    ends[1] = (struct end){make_socket(server->any.sa_family), true, &ends[0]};
    if (ends[0].descriptor < 0) fail("accept");
    socklen_t size = server->any.sa_family == AF_UNIX ? sizeof server->local : sizeof server->loopback;
    if (connect(ends[1].descriptor, &server->any, size) != 0) fail("connect");
    setsockopt(ends[0].descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(ends[0].descriptor, &ends[0]);
    watch(ends[1].descriptor, &ends[1]);
}

static void send_all(int descriptor, const char *octets, ssize_t size) {
    while (size > 0) {
        ssize_t written = send(descriptor, octets, size, MSG_NOSIGNAL);
        // The other end has closed the connection.
        if (written < 0) return;
        octets += written;
        size -= written;
    }
}

static void forward_request(struct end *client) {
    static char octets[65536];
    ssize_t size = recv(client->descriptor, octets, sizeof octets, 0);
    if (size > 0) return send_all(client->other->descriptor, octets, size);
    // The server receives the end of the stream, and closes the connection as well.
    epoll_ctl(poller, EPOLL_CTL_DEL, client->descriptor, NULL);
    shutdown(client->other->descriptor, SHUT_WR);
}

static void delay_answer(struct end *server) {
    struct answer *answer = malloc(sizeof *answer);
    answer->client = server->other;
    answer->due = microseconds() + latency;
    answer->size = recv(server->descriptor, answer->octets, sizeof answer->octets, 0);
    if (answer->size <= 0) epoll_ctl(poller, EPOLL_CTL_DEL, server->descriptor, NULL);
    STAILQ_INSERT_TAIL(&waiting, answer, next);
}

static void deliver_answer(struct answer *answer) {
    STAILQ_REMOVE_HEAD(&waiting, next);
    if (answer->size > 0) {
        send_all(answer->client->descriptor, answer->octets, answer->size);
    } else {
        close(answer->client->descriptor);
        close(answer->client->other->descriptor);
        free(answer->client);
    }
    free(answer);
}

// Delivers the answers that are due, and returns the time until the next one; NULL if none waits.
static const struct timespec *until_due(struct timespec *left) {
    struct answer *first;
    while ((first = STAILQ_FIRST(&waiting)) != NULL) {
        long microseconds_left = first->due - microseconds();
        if (microseconds_left > 0) {
            *left = (struct timespec){microseconds_left / 1000000, microseconds_left % 1000000 * 1000};
            return left;
        }
        deliver_answer(first);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fputs("usage: delay SERVER_PORT|SOCKET MILLISECONDS\n", stderr);
        return 64;
    }
    // The kernel chooses a free port; the parent finds it in /proc.
    union address here = address("0"), server = address(arguments[1]);
    latency = atol(arguments[2]) * 1000;
    poller = epoll_create1(0);
    int listener = make_socket(AF_INET);
    if (bind(listener, &here.any, sizeof here.loopback) != 0 || listen(listener, 64) != 0) fail("listen");
    watch(listener, NULL);
    for (;;) {
        struct epoll_event event;
        struct timespec left;
        int ready = epoll_pwait2(poller, &event, 1, until_due(&left), NULL);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
        if (ready <= 0) continue;
        struct end *end = event.data.ptr;
        if (end == NULL) {
            accept_client(listener, &server);
        } else if (end->is_server) {
            delay_answer(end);
        } else {
            forward_request(end);
        }
    }
}
