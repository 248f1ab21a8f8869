#ifndef CDOMAINNAME_H
#define CDOMAINNAME_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the ASCII form (`xn--…`) of a domain name, `length` bytes of UTF-8, to `out` without a NUL and returns its size.
///
/// The mapping is that of UTS #46, non-transitional, as web browsers and mail servers apply it. Returns 0 where the name is
/// not valid, or `out` is too small.
size_t cdomain_ascii(const char *name, size_t length, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
