// Sends a prepared mail repeatedly with libcurl over several persistent connections, and prints the mails per second.
//
// With a database, each connection claims messages, sends one mail for each, and records the outcomes.
#include <curl/curl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *url, *conninfo, *claim, *record;
static char *mail;
static size_t size;
static int times;

static size_t read_mail(char *buffer, size_t unit, size_t count, void *context) {
    size_t *position = context;
    size_t room = unit * count, left = size - *position;
    size_t part = left < room ? left : room;
    memcpy(buffer, mail + *position, part);
    *position += part;
    return part;
}

static void send_mail(CURL *handle, size_t *position) {
    *position = 0;
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK) {
        fprintf(stderr, "%s\n", curl_easy_strerror(code));
        exit(1);
    }
}

static PGresult *checked(PGconn *database, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fputs(PQerrorMessage(database), stderr);
        exit(1);
    }
    return result;
}

// Returns how many messages were claimed, sent and recorded. The first column of a claimed message is its ID.
static int send_batch(PGconn *database, CURL *handle, size_t *position) {
    PGresult *claimed = checked(database, PQexecPrepared(database, "claim", 0, NULL, NULL, NULL, 0));
    int count = PQntuples(claimed);
    char ids[count * 21 + 3];
    size_t length = 0;
    for (int row = 0; row < count; row++) {
        send_mail(handle, position);
        length += sprintf(ids + length, "%c%s", row == 0 ? '{' : ',', PQgetvalue(claimed, row, 0));
    }
    if (count > 0) {
        strcpy(ids + length, "}");
        const char *values[] = {ids};
        PQclear(checked(database, PQexecPrepared(database, "record", 1, values, NULL, NULL, 0)));
    }
    PQclear(claimed);
    return count;
}

static int send_due(CURL *handle, size_t *position) {
    PGconn *database = PQconnectdb(conninfo);
    if (PQstatus(database) != CONNECTION_OK) {
        fputs(PQerrorMessage(database), stderr);
        exit(69);
    }
    PQclear(checked(database, PQprepare(database, "claim", claim, 0, NULL)));
    PQclear(checked(database, PQprepare(database, "record", record, 0, NULL)));
    int count = 1, sent = 0;
    while (sent < times && count > 0) {
        count = send_batch(database, handle, position);
        sent += count;
    }
    PQfinish(database);
    return sent;
}

static void *send_mails(void *context) {
    CURL *handle = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, "<client-1@example.com>");
    size_t position;
    int *sent = context;
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, "<intro@example.com>");
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_mail);
    curl_easy_setopt(handle, CURLOPT_READDATA, &position);
    if (conninfo) {
        *sent = send_due(handle, &position);
    } else {
        for (*sent = 0; *sent < times; (*sent)++) send_mail(handle, &position);
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(handle);
    return NULL;
}

static char *contents(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(66);
    }
    *length = ftell(file);
    rewind(file);
    char *text = malloc(*length + 1);
    if (fread(text, 1, *length, file) != *length) {
        perror(path);
        exit(66);
    }
    text[*length] = 0;
    fclose(file);
    return text;
}

int main(int count, char **arguments) {
    if (count != 5 && count != 8) {
        fputs("usage: smtp URL FILE MAILS CONNECTIONS [CONNINFO CLAIM-FILE RECORD-FILE]\n", stderr);
        return 64;
    }
    url = arguments[1];
    mail = contents(arguments[2], &size);
    int connections = atoi(arguments[4]);
    times = atoi(arguments[3]) / connections;
    if (count == 8) {
        size_t length;
        conninfo = arguments[5];
        claim = contents(arguments[6], &length);
        record = contents(arguments[7], &length);
    }
    pthread_t threads[connections];
    int sent[connections], total = 0;
    struct timespec begin, end;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < connections; i++) pthread_create(&threads[i], NULL, send_mails, &sent[i]);
    for (int i = 0; i < connections; i++) {
        pthread_join(threads[i], NULL);
        total += sent[i];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%f\n", total / seconds);
    return 0;
}
