// Reads all cells of a result of three columns (bigint, text, timestamptz) repeatedly with libpq, in binary format, and prints
// the rows per second and a checksum.
#include <endian.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t number(const PGresult *result, int row, int column) {
    uint64_t value;
    memcpy(&value, PQgetvalue(result, row, column), sizeof value);
    return be64toh(value);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fputs("usage: rows QUERY TIMES\n", stderr);
        return 64;
    }
    PGconn *connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK) {
        fputs(PQerrorMessage(connection), stderr);
        return 69;
    }
    PQclear(PQprepare(connection, "rows", arguments[1], 0, NULL));
    struct timespec begin, end;
    uint64_t sum = 0;
    long rows = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int time = atoi(arguments[2]); time > 0; time--) {
        PGresult *result = PQexecPrepared(connection, "rows", 0, NULL, NULL, NULL, 1);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            fputs(PQerrorMessage(connection), stderr);
            return 1;
        }
        int these = PQntuples(result);
        for (int row = 0; row < these; row++) {
            char *text = strndup(PQgetvalue(result, row, 1), PQgetlength(result, row, 1));
            sum += number(result, row, 0) + number(result, row, 2) + (unsigned char)text[0];
            free(text);
        }
        rows += these;
        PQclear(result);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%f %llu\n", rows / seconds, (unsigned long long)sum);
    PQfinish(connection);
    return 0;
}
