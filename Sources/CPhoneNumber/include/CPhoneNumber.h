#ifndef CPHONENUMBER_H
#define CPHONENUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The classification of a typed number by libphonenumber.
typedef enum __attribute__((enum_extensibility(closed))) CPhoneResult : int {
    /// The number matches a pattern of its region's numbering plan.
    CPhoneResultValid,
    /// The length fits the numbering plan, but no pattern in the metadata knows the number.
    CPhoneResultPossible,
    /// A subscriber number without its area code: it cannot be dialled outside that area.
    CPhoneResultLocalOnly,
    CPhoneResultTooShort,
    CPhoneResultTooLong,
    CPhoneResultWrongLength,
    CPhoneResultUnknownCountry,
    CPhoneResultExtension,
    CPhoneResultNotANumber,
} CPhoneResult;

/// Reads `length` bytes of UTF-8 as a number dialled from `region` (two letters, NUL-terminated).
///
/// For a valid or a possible number the E.164 form is written to `e164` (no NUL) and its size to `written`; a buffer that
/// is too small is reported as CPhoneResultTooLong. In all other cases `written` is 0.
CPhoneResult cphone_read(const char *text, size_t length, const char *region,
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
