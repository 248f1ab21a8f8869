/*
 * Shifts the wall clock of a program and its children. `deploy/test --at` preloads it.
 *
 * INTRO_TEST_CLOCK_SHIFT is the number of seconds that are added to CLOCK_REALTIME. Clocks that measure durations are not
 * shifted. A deadline on the wall clock was calculated from the shifted clock, and is shifted back before the kernel compares
 * it with the true one. The shift is constant, so that all processes have the same time.
 *
 * Debian's libfaketime 0.9.10 is not suitable: with it PostgreSQL's statement_timeout never fires, an immediate stop waits
 * for five seconds, and Python's time.sleep fails with EINVAL.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static time_t shift;

__attribute__((constructor)) static void read_shift(void) {
    const char *seconds = getenv("INTRO_TEST_CLOCK_SHIFT");
    shift = seconds ? strtoll(seconds, NULL, 10) : 0;
}

static int is_wall(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

/* Returns the function that this library replaces; the version matters if the C library also has an older one. */
static void *next(const char *name, const char *version) {
    void *function = version ? dlvsym(RTLD_NEXT, name, version) : NULL;
    return function ? function : dlsym(RTLD_NEXT, name);
}

#define NEXT(name, version)                        \
    static __typeof__(&name) real;                 \
    if (!real) real = next(#name, version)

static struct timespec true_time(const struct timespec *shifted) {
    struct timespec time = *shifted;
    time.tv_sec -= shift;
    if (time.tv_sec < 0) time = (struct timespec){0, 0};
    return time;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    NEXT(clock_gettime, NULL);
    int result = real ? real(clock, now) : syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && is_wall(clock)) now->tv_sec += shift;
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &time);
    *now = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
    return 0;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *rest) {
    NEXT(clock_nanosleep, NULL);
    if (!(flags & TIMER_ABSTIME) || !is_wall(clock)) return real(clock, flags, request, rest);
    struct timespec deadline = true_time(request);
    return real(clock, flags, &deadline, rest);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict shifted) {
    NEXT(sem_timedwait, NULL);
    struct timespec deadline = true_time(shifted);
    return real(semaphore, &deadline);
}

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict shifted) {
    NEXT(pthread_cond_timedwait, "GLIBC_2.3.2");
    /* Bit 1 of a condition's reference count is set if its clock is the monotonic one. */
    if (condition->__data.__wrefs & 2) return real(condition, mutex, shifted);
    struct timespec deadline = true_time(shifted);
    return real(condition, mutex, &deadline);
}

int pthread_cond_clockwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
    const struct timespec *restrict shifted) {
    NEXT(pthread_cond_clockwait, NULL);
    if (!is_wall(clock)) return real(condition, mutex, clock, shifted);
    struct timespec deadline = true_time(shifted);
    return real(condition, mutex, clock, &deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict shifted) {
    NEXT(pthread_mutex_timedlock, NULL);
    struct timespec deadline = true_time(shifted);
    return real(mutex, &deadline);
}

/* Whether a timer's descriptor uses the wall clock, recorded when the timer is created. */
static unsigned char wall_timers[65536];

int timerfd_create(clockid_t clock, int flags) {
    NEXT(timerfd_create, NULL);
    int timer = real(clock, flags);
    if (timer >= 0 && timer < (int)sizeof wall_timers) wall_timers[timer] = is_wall(clock);
    return timer;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *shifted, struct itimerspec *old) {
    NEXT(timerfd_settime, NULL);
    int is_deadline = flags & TFD_TIMER_ABSTIME && (shifted->it_value.tv_sec || shifted->it_value.tv_nsec);
    if (!is_deadline || timer < 0 || timer >= (int)sizeof wall_timers || !wall_timers[timer])
        return real(timer, flags, shifted, old);
    struct itimerspec setting = *shifted;
    setting.it_value = true_time(&shifted->it_value);
    if (!setting.it_value.tv_sec && !setting.it_value.tv_nsec) setting.it_value.tv_nsec = 1;
    return real(timer, flags, &setting, old);
}
