#ifndef CPHONENUMBER_H
#define CPHONENUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What libphonenumber makes of a typed number.
typedef enum __attribute__((enum_extensibility(closed))) CPhoneVerdict : int {
    /// The number matches a pattern of its region's numbering plan.
    CPhoneVerdictValid,
    /// The length fits the numbering plan, but no pattern in the metadata knows the number.
    CPhoneVerdictPossible,
    /// A subscriber number without its area code: nobody outside that area could dial it.
    CPhoneVerdictLocalOnly,
    CPhoneVerdictTooShort,
    CPhoneVerdictTooLong,
    CPhoneVerdictWrongLength,
    CPhoneVerdictUnknownCountry,
    CPhoneVerdictExtension,
    CPhoneVerdictNotANumber,
} CPhoneVerdict;

/// Reads `length` bytes of UTF-8 as a number dialled from `region` (two letters, NUL-terminated).
///
/// For a valid or a possible number the E.164 form is written to `e164` (no NUL) and its size to `written`; a buffer that
/// is too small is reported as CPhoneVerdictTooLong. In all other cases `written` is 0.
CPhoneVerdict cphone_read(const char *text, size_t length, const char *region,
                          char *e164, size_t capacity, size_t *written);

/// Writes the international format of an E.164 number to `out` (no NUL) and returns its size, or 0 where there is none.
size_t cphone_display(const char *e164, size_t length, char *out, size_t capacity);

/// Whether the numbering plan of `region` (two letters, NUL-terminated) is known.
bool cphone_knows_region(const char *region);

/// Loads the numbering plans, unless that has been done.
void cphone_load(void);

#ifdef __cplusplus
}
#endif

#endif
