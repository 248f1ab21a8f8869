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

CPhoneVerdict VerdictOf(PhoneNumberUtil::ErrorType error) {
    switch (error) {
        case PhoneNumberUtil::NO_PARSING_ERROR: return CPhoneVerdictValid;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return CPhoneVerdictUnknownCountry;
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD: return CPhoneVerdictTooShort;
        case PhoneNumberUtil::TOO_SHORT_NSN: return CPhoneVerdictTooShort;
        case PhoneNumberUtil::TOO_LONG_NSN: return CPhoneVerdictTooLong;
        case PhoneNumberUtil::NOT_A_NUMBER: return CPhoneVerdictNotANumber;
    }
    return CPhoneVerdictNotANumber;
}

CPhoneVerdict VerdictOf(PhoneNumberUtil::ValidationResult result) {
    switch (result) {
        case PhoneNumberUtil::IS_POSSIBLE: return CPhoneVerdictPossible;
        case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return CPhoneVerdictLocalOnly;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE: return CPhoneVerdictUnknownCountry;
        case PhoneNumberUtil::TOO_SHORT: return CPhoneVerdictTooShort;
        case PhoneNumberUtil::INVALID_LENGTH: return CPhoneVerdictWrongLength;
        case PhoneNumberUtil::TOO_LONG: return CPhoneVerdictTooLong;
    }
    return CPhoneVerdictWrongLength;
}

CPhoneVerdict Judge(const PhoneNumberUtil &plans, const PhoneNumber &number) {
    if (number.has_extension()) return CPhoneVerdictExtension;
    if (plans.IsValidNumber(number)) return CPhoneVerdictValid;
    return VerdictOf(plans.IsPossibleNumberWithReason(number));
}

}  // namespace

extern "C" CPhoneVerdict cphone_read(const char *text, size_t length, const char *region,
                                     char *e164, size_t capacity, size_t *written) {
    const PhoneNumberUtil &plans = *PhoneNumberUtil::GetInstance();
    *written = 0;
    PhoneNumber number;
    const auto error = plans.Parse(std::string(text, length), region, &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return VerdictOf(error);
    const CPhoneVerdict verdict = Judge(plans, number);
    if (verdict != CPhoneVerdictValid && verdict != CPhoneVerdictPossible) return verdict;
    std::string formatted;
    plans.Format(number, PhoneNumberUtil::E164, &formatted);
    *written = Copy(formatted, e164, capacity);
    return *written > 0 ? verdict : CPhoneVerdictTooLong;
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
