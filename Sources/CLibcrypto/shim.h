#ifndef INTRO_CLIBCRYPTO_SHIM_H
#define INTRO_CLIBCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <time.h>

// The end of a certificate's validity in seconds since 1970, or -1 where it cannot be read. The certificate is freed.
static inline int64_t intro_take_certificate_end(X509 *certificate) {
    struct tm end;
    if (certificate == NULL) return -1;
    int readable = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end);
    X509_free(certificate);
    return readable ? (int64_t)timegm(&end) : -1;
}

// The end of the validity of a certificate in PEM form.
static inline int64_t intro_pem_certificate_end(const char *pem, int length) {
    BIO *text = BIO_new_mem_buf(pem, length);
    if (text == NULL) return -1;
    X509 *certificate = PEM_read_bio_X509(text, NULL, NULL, NULL);
    BIO_free(text);
    return intro_take_certificate_end(certificate);
}

// The end of the validity of the certificate of the server that a TLS connection (`SSL *`) leads to.
static inline int64_t intro_server_certificate_end(void *connection) {
    return connection == NULL ? -1 : intro_take_certificate_end(SSL_get1_peer_certificate((SSL *)connection));
}

#endif
