#ifndef INTRO_CLIBCRYPTO_SHIM_H
#define INTRO_CLIBCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#endif
