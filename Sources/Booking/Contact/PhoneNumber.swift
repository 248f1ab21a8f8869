import CPhoneNumber

/// A phone number that can be called from anywhere.
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    /// `+`, country code, number: E.164, the one form in which two numbers are compared.
    public let e164: String

    /// Accepts a number as it is typed in a region: `(415) 555-0100`, `415.555.0100`, `+1 415 555 0100`.
    ///
    /// Invisible characters, which come with a number that is copied, are dropped.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - region: Where a number without `+` is dialled from.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where it is no full number, has letters in it, or an extension.
    public init(_ text: String, region: Region, field: String = "phone") throws(InvalidInput) {
        let typed = Substring(PhoneNumber.plain(text).utf8.trimmingSpaces)
        guard let problem = PhoneNumber.problem(in: typed) else {
            e164 = try PhoneNumber.read(String(typed), region: region.code, field: field)
            return
        }
        throw InvalidInput(field: field, problem: problem, hint: PhoneNumber.hint)
    }

    /// Accepts a number that is in E.164 form already, as it is stored.
    ///
    /// Only the form is judged: a number that was accepted once stays one, whatever later metadata says of its plan.
    ///
    /// - Parameter text: `+`, country code, number; nothing else.
    /// - Throws: `InvalidInput` where it is anything else.
    public init(e164 text: String) throws(InvalidInput) {
        guard PhoneNumber.isE164(text) else {
            throw InvalidInput(field: "phone", problem: "is not in E.164 form", hint: "write it like +14155550100")
        }
        e164 = text
    }

    /// Loads the numbering plans, as the first number that is read would do.
    ///
    /// That takes some milliseconds, in which something else may be waited for.
    public static func loadPlans() {
        cphone_load()
    }

    /// The number in the international format of its country: `+1 415-555-0100`.
    public var display: String {
        let shown = String(unsafeUninitializedCapacity: 64) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { out in
                cphone_display(e164, e164.utf8.count, out.baseAddress, out.count)
            }
        }
        return shown.isEmpty ? e164 : shown
    }

    /// The number in E.164 form.
    public var description: String { e164 }
}

extension PhoneNumber {
    private static let hint = "write the full number with its area code, like (415) 555-0100 or +44 20 7946 0958"

    /// `+`, then 7 to 15 digits, the first not 0: the shortest numbers in use and the longest that E.164 allows.
    private static func isE164(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
            && digits.first != UInt8(ascii: "0") && digits.allSatisfy(\.isASCIIDigit)
    }

    /// The text with plain separators: dashes and dots of every kind are hyphens.
    private static func plain(_ text: String) -> String {
        let plain = normalizedInput(text)
        guard !plain.utf8.allSatisfy({ $0 < 0x80 }) else { return plain }
        return String(String.UnicodeScalarView(plain.unicodeScalars.map { separators.contains($0) ? "-" : $0 }))
    }

    /// Hyphens, dashes, the minus sign, the middle dot and the bullet.
    private static let separators: Set<Unicode.Scalar> = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{B7}", "\u{2022}",
    ]

    /// Why the characters alone cannot be a number.
    ///
    /// libphonenumber is more forgiving: it reads `1-800-FLOWERS` as digits
    /// and skips over words, where a front desk has rather pasted the wrong thing.
    private static func problem(in typed: Substring) -> String? {
        guard !typed.isEmpty else { return "is empty" }
        guard typed.utf8.count <= 64 else { return "is too long" }
        let separators: Set<Unicode.Scalar> = ["+", " ", "-", ".", "(", ")", "/"]
        for scalar in typed.unicodeScalars where !separators.contains(scalar) {
            if scalar.properties.numericType == .decimal { continue }
            return scalar.properties.isAlphabetic
                ? "has letters in it, or an extension, which cannot be kept"
                : "has a character in it that no phone number has"
        }
        return nil
    }

    private static func read(_ text: String, region: String, field: String) throws(InvalidInput) -> String {
        let (e164, verdict) = read(text, region: region)
        if let e164 { return e164 }
        for other in alternativeForms(of: text) {
            if let e164 = read(other, region: region).e164 { return e164 }
        }
        throw InvalidInput(field: field, problem: problem(of: verdict), hint: hint)
    }

    /// What else may be meant by a text that is no number as it stands.
    private static func alternativeForms(of text: String) -> [String] {
        // Most of the world dials 00 before a country code, wherever the studio is.
        let abroad = text.hasPrefix("00") ? "+" + text.dropFirst(2) : text
        let digits = "+" + abroad.compactMap(\.wholeNumberValue).map(String.init).joined()
        // An Argentine mobile has a 9 before the area code for callers from abroad, or a 15 after it within the country.
        let withoutBoth = digits.hasPrefix("+549") && abroad.hasPrefix("+") ? ["+54" + digits.dropFirst(4)] : []
        return (abroad == text ? [] : [abroad]) + withoutBoth
    }

    private static func read(_ text: String, region: String) -> (e164: String?, verdict: CPhoneVerdict) {
        var verdict = CPhoneVerdict.notANumber
        let e164 = String(unsafeUninitializedCapacity: 32) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { out in
                var written = 0
                verdict = cphone_read(text, text.utf8.count, region, out.baseAddress, out.count, &written)
                return written
            }
        }
        switch verdict {
        case .valid where isE164(e164): return (e164, verdict)
        case .possible where isPlausible(e164): return (e164, verdict)
        default: return (nil, verdict)
        }
    }

    /// Whether a number that fits its plan's length, yet is unknown to the metadata, may be real all the same.
    ///
    /// Numbering plans grow faster than a distribution's libphonenumber (Debian 12 carries the metadata of 2022, which
    /// lacks the area codes opened since), so the shape decides: in North America, ten digits, and neither the area
    /// code nor what follows it begins with 0 or 1.
    private static func isPlausible(_ e164: String) -> Bool {
        guard e164.hasPrefix("+1") else { return isE164(e164) }
        let digits = Array(e164.utf8.dropFirst(2))
        let leading = UInt8(ascii: "2")...UInt8(ascii: "9")
        return digits.count == 10 && leading.contains(digits[0]) && leading.contains(digits[3])
    }

    private static func problem(of verdict: CPhoneVerdict) -> String {
        switch verdict {
        case .localOnly: "has no area code"
        case .tooShort: "is too short"
        case .tooLong: "is too long"
        case .unknownCountry: "has an unknown country code"
        case .extension: "has an extension, which cannot be kept"
        case .valid, .possible, .wrongLength, .notANumber: "is not a phone number"
        }
    }
}

/// The country or territory whose numbering plan a phone number without `+` is read by.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    /// Two capital letters, ISO 3166-1 alpha-2.
    public let code: String

    /// Accepts a region that has a known numbering plan; small letters are made capital.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where no such region is known.
    public init(_ text: String, field: String = "region") throws(InvalidInput) {
        let typed = Substring(text.utf8.trimmingSpaces)
        guard typed.utf8.count == 2, typed.utf8.allSatisfy(\.isASCIILetter),
            cphone_knows_region(typed.uppercased())
        else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a country with a known numbering plan",
                hint: "write its two ISO 3166 letters, like US or DE")
        }
        code = typed.uppercased()
    }

    /// Accepts a region as it is stored.
    ///
    /// Only the form is judged: what was known when it was accepted stays known, and numbering plans take long to load.
    ///
    /// - Parameter code: Two capital letters.
    /// - Throws: `InvalidInput` where it is anything else.
    public init(stored code: String) throws(InvalidInput) {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            throw InvalidInput(
                field: "region", problem: "\(quoted(code)) is not a region", hint: "write its two ISO 3166 letters")
        }
        self.code = code
    }

    /// The two letters.
    public var description: String { code }
}
