// Sends a prepared mail repeatedly with libcurl over several persistent connections, and prints the mails per second.
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *url;
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

static void *send_mails(void *context) {
    (void)context;
    CURL *handle = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, "<client-1@example.com>");
    size_t position;
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, "<intro@example.com>");
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_mail);
    curl_easy_setopt(handle, CURLOPT_READDATA, &position);
    for (int left = times; left > 0; left--) {
        position = 0;
        CURLcode code = curl_easy_perform(handle);
        if (code != CURLE_OK) {
            fprintf(stderr, "%s\n", curl_easy_strerror(code));
            exit(1);
        }
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(handle);
    return NULL;
}

static void read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(66);
    }
    size = ftell(file);
    rewind(file);
    mail = malloc(size);
    if (fread(mail, 1, size, file) != size) {
        perror(path);
        exit(66);
    }
    fclose(file);
}

int main(int count, char **arguments) {
    if (count != 5) {
        fputs("usage: smtp URL FILE MAILS CONNECTIONS\n", stderr);
        return 64;
    }
    url = arguments[1];
    read_file(arguments[2]);
    int connections = atoi(arguments[4]);
    times = atoi(arguments[3]) / connections;
    pthread_t threads[connections];
    struct timespec begin, end;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < connections; i++) pthread_create(&threads[i], NULL, send_mails, NULL);
    for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%f\n", times * connections / seconds);
    return 0;
}
