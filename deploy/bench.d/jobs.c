// Measures a job queue without a job runner: only the statements, through libpq, on the table that the runner uses.
//
//     jobs drain BATCH          claims and deletes until the queue is empty; prints the jobs per second
//     jobs insert ROWS TIMES    repeats an insert of several rows; prints the jobs per second
//     jobs pickup COUNT PACE    one connection enqueues, another listens and claims; prints each latency in milliseconds
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *claim =
    "WITH due AS MATERIALIZED ("
    "    SELECT id FROM job"
    "    WHERE queue = 'default' AND token IS NULL AND crashes = 0 AND run_at <= now()"
    "    ORDER BY priority, run_at, id LIMIT $1::int FOR UPDATE SKIP LOCKED)"
    " UPDATE job SET token = 1, runner = 1, claimed_at = now() FROM due WHERE job.id = due.id"
    " RETURNING job.id, job.kind, job.payload::text";
static const char *delete = "DELETE FROM job WHERE id = ANY ($1::bigint[])";
static const char *enqueue =
    "WITH added AS ("
    "    INSERT INTO job (queue, kind, payload, priority, max_attempts)"
    "    VALUES ('default', 'noop', $1::jsonb, 2, 10) RETURNING id)"
    " SELECT id, pg_notify('jobs', '') FROM added";

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static PGresult *checked(PGconn *connection, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fputs(PQerrorMessage(connection), stderr);
        exit(1);
    }
    return result;
}

static PGconn *connect_to_server(void) {
    PGconn *connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK) {
        fputs(PQerrorMessage(connection), stderr);
        exit(69);
    }
    return connection;
}

static PGconn *connect_worker(void) {
    PGconn *connection = connect_to_server();
    PQclear(checked(connection, PQprepare(connection, "claim", claim, 0, NULL)));
    PQclear(checked(connection, PQprepare(connection, "delete", delete, 0, NULL)));
    return connection;
}

// Claims jobs, writes their ids into an array literal, and returns their number.
static int claim_jobs(PGconn *connection, const char *limit, char *ids) {
    PGresult *result = checked(connection, PQexecPrepared(connection, "claim", 1, &limit, NULL, NULL, 0));
    int rows = PQntuples(result);
    char *end = ids;
    for (int row = 0; row < rows; row++) end += sprintf(end, "%c%s", row ? ',' : '{', PQgetvalue(result, row, 0));
    strcpy(end, "}");
    PQclear(result);
    return rows;
}

static void delete_jobs(PGconn *connection, const char *ids) {
    PQclear(checked(connection, PQexecPrepared(connection, "delete", 1, &ids, NULL, NULL, 0)));
}

static void drain(const char *batch) {
    PGconn *connection = connect_worker();
    char *ids = malloc(atoi(batch) * 21 + 2);
    long jobs = 0;
    int rows;
    double begin = now();
    while ((rows = claim_jobs(connection, batch, ids)) > 0) {
        delete_jobs(connection, ids);
        jobs += rows;
    }
    printf("%f\n", jobs / (now() - begin));
    PQfinish(connection);
}

static void insert(int rows, int times) {
    PGconn *connection = connect_to_server();
    char *statement = malloc(200 + rows * 80), *end;
    double begin = now();
    for (int time = 0; time < times; time++) {
        end = statement + sprintf(statement, "INSERT INTO job (queue, kind, payload, priority, max_attempts) VALUES ");
        for (int row = 0; row < rows; row++)
            end += sprintf(end, "%s('default', 'noop', '{\"number\":%d}', 2, 10)", row ? "," : "", time * rows + row);
        PQclear(checked(connection, PQexec(connection, statement)));
    }
    printf("%f\n", (double)rows * times / (now() - begin));
    PQfinish(connection);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long picked_up = -1;
static double picked_up_at;

// Signals the other thread that a job has been picked up; the first signal means that the worker listens.
static void signal_pickup(double at) {
    pthread_mutex_lock(&lock);
    picked_up++;
    picked_up_at = at;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static double wait_for(long number) {
    pthread_mutex_lock(&lock);
    while (picked_up < number) pthread_cond_wait(&changed, &lock);
    double at = picked_up_at;
    pthread_mutex_unlock(&lock);
    return at;
}

static void wait_for_notification(PGconn *connection) {
    PGnotify *notification;
    while ((notification = PQnotifies(connection)) == NULL) {
        struct pollfd socket = {.fd = PQsocket(connection), .events = POLLIN};
        poll(&socket, 1, -1);
        PQconsumeInput(connection);
    }
    for (; notification; notification = PQnotifies(connection)) PQfreemem(notification);
}

static void *work(void *context) {
    long left = *(long *)context;
    PGconn *connection = connect_worker();
    char ids[24];
    PQclear(checked(connection, PQexec(connection, "LISTEN jobs")));
    signal_pickup(0);
    while (left > 0) {
        wait_for_notification(connection);
        while (left > 0 && claim_jobs(connection, "1", ids) > 0) {
            signal_pickup(now());
            delete_jobs(connection, ids);
            left--;
        }
    }
    PQfinish(connection);
    return NULL;
}

static void sleep_until(double time) {
    struct timespec until = {.tv_sec = (time_t)time, .tv_nsec = (time - (time_t)time) * 1e9};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

// The first twenty jobs are for warm-up, and their latencies are not printed.
static void pick_up(long count, double pace) {
    pthread_t worker;
    long all = count + 20;
    pthread_create(&worker, NULL, work, &all);
    PGconn *connection = connect_to_server();
    PQclear(checked(connection, PQprepare(connection, "enqueue", enqueue, 0, NULL)));
    wait_for(0);
    for (long number = 1; number <= all; number++) {
        const char *payload = "{\"number\":1}";
        double begin = now();
        PQclear(checked(connection, PQexecPrepared(connection, "enqueue", 1, &payload, NULL, NULL, 0)));
        double latency = wait_for(number) - begin;
        if (number > 20) printf("%f\n", latency * 1000);
        if (pace > 0) sleep_until(begin + pace);
    }
    pthread_join(worker, NULL);
    PQfinish(connection);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "drain") == 0) {
        drain(arguments[2]);
    } else if (count == 4 && strcmp(arguments[1], "insert") == 0) {
        insert(atoi(arguments[2]), atoi(arguments[3]));
    } else if (count == 4 && strcmp(arguments[1], "pickup") == 0) {
        pick_up(atol(arguments[2]), atof(arguments[3]) / 1000);
    } else {
        fputs("usage: jobs drain BATCH | insert ROWS TIMES | pickup COUNT MILLISECONDS\n", stderr);
        return 64;
    }
    return 0;
}
