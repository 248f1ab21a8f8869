#include "CDomainName.h"

#include <unicode/uidna.h>

namespace {

// Thread-safe once it is open, and never closed.
const UIDNA *Mapping() {
    static const UIDNA *mapping = [] {
        UErrorCode status = U_ZERO_ERROR;
        const uint32_t options = UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                 UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE;
        const UIDNA *opened = uidna_openUTS46(options, &status);
        return U_SUCCESS(status) ? opened : nullptr;
    }();
    return mapping;
}

}  // namespace

extern "C" size_t cdomain_ascii(const char *name, size_t length, char *out, size_t capacity) {
    if (length > 1024 || Mapping() == nullptr) return 0;
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const int32_t written = uidna_nameToASCII_UTF8(Mapping(), name, static_cast<int32_t>(length), out,
                                                   static_cast<int32_t>(capacity), &info, &status);
    if (U_FAILURE(status) || info.errors != 0 || written < 0) return 0;
    return static_cast<size_t>(written) <= capacity ? static_cast<size_t>(written) : 0;
}
