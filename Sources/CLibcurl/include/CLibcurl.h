#ifndef CLIBCURL_H
#define CLIBCURL_H

#include <curl/curl.h>

// libcurl, loaded at its first use: most commands send nothing, and libcurl and its libraries would take a tenth of the
// time that they need to start.

/// Loads and initializes libcurl, once per process, and returns NULL; returns the reason if that fails. The other functions
/// may be called after it has returned NULL.
const char *intro_curl_load(void);

/// curl_easy_init.
CURL *intro_curl_create(void);
/// curl_easy_cleanup.
void intro_curl_destroy(CURL *handle);
/// curl_easy_perform.
CURLcode intro_curl_perform(CURL *handle);
/// curl_easy_strerror.
const char *intro_curl_error_text(CURLcode code);
/// curl_slist_append.
struct curl_slist *intro_curl_list_append(struct curl_slist *list, const char *text);
/// curl_slist_free_all; NULL is allowed.
void intro_curl_list_free(struct curl_slist *list);

// Swift cannot call C functions with variadic arguments. Each function fixes the one type that its options expect.

CURLcode intro_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode intro_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode intro_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode intro_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode intro_curl_set_transfer_callback(
    CURL *handle, CURLoption option, size_t (*callback)(char *bytes, size_t size, size_t count, void *context));
CURLcode intro_curl_set_progress_callback(CURL *handle, curl_xferinfo_callback callback);
CURLcode intro_curl_set_prereq_callback(CURL *handle, curl_prereq_callback callback);
CURLcode intro_curl_set_debug_callback(CURL *handle, curl_debug_callback callback);
CURLcode intro_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode intro_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode intro_curl_get_socket(CURL *handle, CURLINFO info, curl_socket_t *value);
CURLcode intro_curl_get_certificates(CURL *handle, struct curl_certinfo **value);

#endif
