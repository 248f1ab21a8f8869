import CPhoneNumber

/// A phone number in international form.
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number in E.164 form: `+`, country code, number.
    ///
    /// Numbers are compared in this form only.
    public let e164: String

    /// Parses a number as it is typed in a region: `(415) 555-0100`, `415.555.0100`, `+1 415 555 0100`.
    ///
    /// Invisible characters, which copied numbers often contain, are removed.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - region: The region of a number without `+`.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is not a full number, or contains letters or an extension.
    public init(_ text: String, region: Region, field: String = "phone") throws(InvalidInput) {
        let typed = Substring(PhoneNumber.plain(text).utf8.trimmingSpaces)
        guard let problem = PhoneNumber.problem(in: typed) else {
            e164 = try PhoneNumber.read(String(typed), region: region.code, field: field)
            return
        }
        throw InvalidInput(field: field, problem: problem, hint: PhoneNumber.hint)
    }

    /// Creates a number from its stored E.164 form.
    ///
    /// Only the form is checked: a stored number remains valid if later metadata no longer contain its numbering plan.
    ///
    /// - Parameter text: `+`, country code and number, without separators.
    /// - Throws: `InvalidInput` if the text has another form.
    public init(e164 text: String) throws(InvalidInput) {
        guard PhoneNumber.isE164(text) else {
            throw InvalidInput(field: "phone", problem: "is not in E.164 form", hint: "write it like +14155550100")
        }
        e164 = text
    }

    /// Loads the numbering plans, which otherwise happens when the first number is parsed.
    ///
    /// Loading takes some milliseconds; a caller can do it while it waits for something else.
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

    /// Returns whether the text is `+` and 7 to 15 digits, the first of which is not 0.
    ///
    /// The limits are the shortest numbers in use and the longest numbers that E.164 allows.
    private static func isE164(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
            && digits.first != UInt8(ascii: "0") && digits.allSatisfy(\.isASCIIDigit)
    }

    /// Returns the text with plain separators: dashes and dots of every kind become hyphens.
    private static func plain(_ text: String) -> String {
        let plain = normalizedInput(text)
        guard !plain.utf8.allSatisfy({ $0 < 0x80 }) else { return plain }
        return String(String.UnicodeScalarView(plain.unicodeScalars.map { separators.contains($0) ? "-" : $0 }))
    }

    /// Hyphens, dashes, the minus sign, the middle dot and the bullet.
    private static let separators: Set<Unicode.Scalar> = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{B7}", "\u{2022}",
    ]

    /// Returns the reason why the characters cannot form a phone number, or `nil`.
    ///
    /// libphonenumber is less strict: it reads `1-800-FLOWERS` as digits and skips words. At a front desk, such text is
    /// more likely pasted by mistake.
    private static func problem(in typed: Substring) -> String? {
        guard !typed.isEmpty else { return "is empty" }
        guard typed.utf8.count <= 64 else { return "is too long" }
        let separators: Set<Unicode.Scalar> = ["+", " ", "-", ".", "(", ")", "/"]
        for scalar in typed.unicodeScalars where !separators.contains(scalar) {
            if scalar.properties.numericType == .decimal { continue }
            return scalar.properties.isAlphabetic
                ? "contains letters or an extension, which are not supported"
                : "has a character in it that no phone number has"
        }
        return nil
    }

    private static func read(_ text: String, region: String, field: String) throws(InvalidInput) -> String {
        let (e164, result) = read(text, region: region)
        if let e164 { return e164 }
        for other in alternativeForms(of: text) {
            if let e164 = read(other, region: region).e164 { return e164 }
        }
        throw InvalidInput(field: field, problem: problem(of: result), hint: hint)
    }

    /// Returns other readings of a text that is not a valid number as typed.
    private static func alternativeForms(of text: String) -> [String] {
        // In most countries 00 is dialled before a country code, so it is accepted in every region.
        let abroad = text.hasPrefix("00") ? "+" + text.dropFirst(2) : text
        let digits = "+" + abroad.compactMap(\.wholeNumberValue).map(String.init).joined()
        // An Argentine mobile number has a 9 before the area code if dialled from abroad, or a 15 after it within
        // Argentina.
        let withoutBoth = digits.hasPrefix("+549") && abroad.hasPrefix("+") ? ["+54" + digits.dropFirst(4)] : []
        return (abroad == text ? [] : [abroad]) + withoutBoth
    }

    private static func read(_ text: String, region: String) -> (e164: String?, result: CPhoneResult) {
        var result = CPhoneResult.notANumber
        let e164 = String(unsafeUninitializedCapacity: 32) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { out in
                var written = 0
                result = cphone_read(text, text.utf8.count, region, out.baseAddress, out.count, &written)
                return written
            }
        }
        switch result {
        case .valid where isE164(e164): return (e164, result)
        case .possible where isPlausible(e164): return (e164, result)
        default: return (nil, result)
        }
    }

    /// Returns whether a number of valid length may exist although the metadata do not contain its range.
    ///
    /// Numbering plans change more often than a distribution's libphonenumber (Debian 12 has the metadata of 2022,
    /// without the area codes opened since), so the form decides. In North America a number has ten digits, and neither
    /// the area code nor the following group begins with 0 or 1.
    private static func isPlausible(_ e164: String) -> Bool {
        guard e164.hasPrefix("+1") else { return isE164(e164) }
        let digits = Array(e164.utf8.dropFirst(2))
        let leading = UInt8(ascii: "2")...UInt8(ascii: "9")
        return digits.count == 10 && leading.contains(digits[0]) && leading.contains(digits[3])
    }

    private static func problem(of result: CPhoneResult) -> String {
        switch result {
        case .localOnly: "has no area code"
        case .tooShort: "is too short"
        case .tooLong: "is too long"
        case .unknownCountry: "has an unknown country code"
        case .extension: "has an extension, which cannot be kept"
        case .valid, .possible, .wrongLength, .notANumber: "is not a phone number"
        }
    }
}

/// The country or territory whose numbering plan applies to phone numbers without `+`.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    /// The ISO 3166-1 alpha-2 code: two capital letters.
    public let code: String

    /// Creates a region that has a known numbering plan; accepts lower-case letters.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the region is unknown.
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

    /// Creates a region from its stored code.
    ///
    /// Only the form is checked: the region was valid when it was stored, and loading the numbering plans is slow.
    ///
    /// - Parameter code: Two capital letters.
    /// - Throws: `InvalidInput` if the text has another form.
    public init(stored code: String) throws(InvalidInput) {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            throw InvalidInput(
                field: "region", problem: "\(quoted(code)) is not a region", hint: "write its two ISO 3166 letters")
        }
        self.code = code
    }

    /// The two-letter code.
    public var description: String { code }
}
