#include "CLibcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

// The functions of the loaded library.
static struct {
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
} library;

static const char *failure = NULL;

static void *find(void *file, const char *name) {
    void *function = dlsym(file, name);
    if (function == NULL) failure = "libcurl.so.4 lacks a function that is needed";
    return function;
}

static void load(void) {
    void *file = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (file == NULL) {
        // The text belongs to this thread, and other threads read the reason later.
        const char *reason = dlerror();
        failure = reason == NULL ? NULL : strdup(reason);
        if (failure == NULL) failure = "libcurl.so.4 cannot be loaded";
        return;
    }
    library.global_init = find(file, "curl_global_init");
    library.easy_init = find(file, "curl_easy_init");
    library.easy_cleanup = find(file, "curl_easy_cleanup");
    library.easy_perform = find(file, "curl_easy_perform");
    library.easy_strerror = find(file, "curl_easy_strerror");
    library.slist_append = find(file, "curl_slist_append");
    library.slist_free_all = find(file, "curl_slist_free_all");
    library.easy_setopt = find(file, "curl_easy_setopt");
    library.easy_getinfo = find(file, "curl_easy_getinfo");
    if (failure != NULL) return;
    CURLcode status = library.global_init(CURL_GLOBAL_DEFAULT);
    if (status != CURLE_OK) failure = library.easy_strerror(status);
}

const char *intro_curl_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure;
}

CURL *intro_curl_create(void) {
    return library.easy_init();
}

void intro_curl_destroy(CURL *handle) {
    library.easy_cleanup(handle);
}

CURLcode intro_curl_perform(CURL *handle) {
    return library.easy_perform(handle);
}

const char *intro_curl_error_text(CURLcode code) {
    return library.easy_strerror(code);
}

struct curl_slist *intro_curl_list_append(struct curl_slist *list, const char *text) {
    return library.slist_append(list, text);
}

void intro_curl_list_free(struct curl_slist *list) {
    library.slist_free_all(list);
}

CURLcode intro_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return library.easy_setopt(handle, option, value);
}

CURLcode intro_curl_set_long(CURL *handle, CURLoption option, long value) {
    return library.easy_setopt(handle, option, value);
}

CURLcode intro_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return library.easy_setopt(handle, option, value);
}

CURLcode intro_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return library.easy_setopt(handle, option, value);
}

CURLcode intro_curl_set_transfer_callback(
    CURL *handle, CURLoption option, size_t (*callback)(char *bytes, size_t size, size_t count, void *context)) {
    return library.easy_setopt(handle, option, callback);
}

CURLcode intro_curl_set_progress_callback(CURL *handle, curl_xferinfo_callback callback) {
    return library.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
}

CURLcode intro_curl_set_prereq_callback(CURL *handle, curl_prereq_callback callback) {
    return library.easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

CURLcode intro_curl_set_debug_callback(CURL *handle, curl_debug_callback callback) {
    return library.easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
}

CURLcode intro_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return library.easy_getinfo(handle, info, value);
}

CURLcode intro_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return library.easy_getinfo(handle, info, value);
}

CURLcode intro_curl_get_socket(CURL *handle, CURLINFO info, curl_socket_t *value) {
    return library.easy_getinfo(handle, info, value);
}

CURLcode intro_curl_get_certificates(CURL *handle, struct curl_certinfo **value) {
    return library.easy_getinfo(handle, CURLINFO_CERTINFO, value);
}
