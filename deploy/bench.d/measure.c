// Runs a program and prints its duration in seconds and its peak memory use in KiB.
//
// A process inherits the peak of the process that it was forked from, so a large parent would hide the memory use of a small
// child; this program is small.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct timespec begin, end;
    struct rusage usage;
    int status;
    if (count < 2) {
        fputs("usage: measure PROGRAM [ARGUMENT ...]\n", stderr);
        return 64;
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execvp(arguments[1], arguments + 1);
        perror(arguments[1]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 71;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s ended with wait status %d\n", arguments[1], status);
        return 1;
    }
    printf("%.6f %ld\n", (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9, usage.ru_maxrss);
    return 0;
}
