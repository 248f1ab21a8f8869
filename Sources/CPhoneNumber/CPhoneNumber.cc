#include "CPhoneNumber.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

// The region of numbers that carry their own country code: libphonenumber's "unknown".
const char kNoRegion[] = "ZZ";

size_t Copy(const std::string &text, char *out, size_t capacity) {
    if (text.size() > capacity) return 0;
    std::memcpy(out, text.data(), text.size());
    return text.size();
}

CPhoneResult ResultOf(PhoneNumberUtil::ErrorType error) {
    switch (error) {
        case PhoneNumberUtil::NO_PARSING_ERROR: return CPhoneResultValid;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return CPhoneResultUnknownCountry;
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD: return CPhoneResultTooShort;
        case PhoneNumberUtil::TOO_SHORT_NSN: return CPhoneResultTooShort;
        case PhoneNumberUtil::TOO_LONG_NSN: return CPhoneResultTooLong;
        case PhoneNumberUtil::NOT_A_NUMBER: return CPhoneResultNotANumber;
    }
    return CPhoneResultNotANumber;
}

CPhoneResult ResultOf(PhoneNumberUtil::ValidationResult result) {
    switch (result) {
        case PhoneNumberUtil::IS_POSSIBLE: return CPhoneResultPossible;
        case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return CPhoneResultLocalOnly;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE: return CPhoneResultUnknownCountry;
        case PhoneNumberUtil::TOO_SHORT: return CPhoneResultTooShort;
        case PhoneNumberUtil::INVALID_LENGTH: return CPhoneResultWrongLength;
        case PhoneNumberUtil::TOO_LONG: return CPhoneResultTooLong;
    }
    return CPhoneResultWrongLength;
}

CPhoneResult Classify(const PhoneNumberUtil &plans, const PhoneNumber &number) {
    if (number.has_extension()) return CPhoneResultExtension;
    if (plans.IsValidNumber(number)) return CPhoneResultValid;
    return ResultOf(plans.IsPossibleNumberWithReason(number));
}

}  // namespace

extern "C" CPhoneResult cphone_read(const char *text, size_t length, const char *region,
                                     char *e164, size_t capacity, size_t *written) {
    const PhoneNumberUtil &plans = *PhoneNumberUtil::GetInstance();
    *written = 0;
    PhoneNumber number;
    const auto error = plans.Parse(std::string(text, length), region, &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return ResultOf(error);
    const CPhoneResult result = Classify(plans, number);
    if (result != CPhoneResultValid && result != CPhoneResultPossible) return result;
    std::string formatted;
    plans.Format(number, PhoneNumberUtil::E164, &formatted);
    *written = Copy(formatted, e164, capacity);
    return *written > 0 ? result : CPhoneResultTooLong;
}

extern "C" size_t cphone_display(const char *e164, size_t length, char *out, size_t capacity) {
    const PhoneNumberUtil &plans = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    if (plans.Parse(std::string(e164, length), kNoRegion, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return 0;
    std::string formatted;
    plans.Format(number, PhoneNumberUtil::INTERNATIONAL, &formatted);
    return Copy(formatted, out, capacity);
}

extern "C" bool cphone_knows_region(const char *region) {
    return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
}

extern "C" void cphone_load(void) {
    PhoneNumberUtil::GetInstance();
}
