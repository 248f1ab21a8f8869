import FoundationEssentials

/// The named values that an SMS service posts, as a JSON object or a form (`application/x-www-form-urlencoded`).
///
/// Deviations that occur in practice are accepted: unpaired surrogates, raw control characters, invalid UTF-8.
struct ProviderFields {
    private let values: [String: String]

    /// Parses the input; `nil` when it is neither an object nor a form.
    init?(_ octets: some Collection<UInt8>) {
        var text = String(decoding: octets, as: UTF8.self)[...]
        if text.unicodeScalars.first == "\u{FEFF}" { text = Substring(text.unicodeScalars.dropFirst()) }
        let body = text.drop(while: \.isWhitespace)
        guard let values = body.first == "{" ? Self.object(body) : Self.form(body) else { return nil }
        self.values = values
    }

    /// The first non-empty value among these names; an empty one only when no other has a value.
    subscript(names: String...) -> String? {
        let found = names.compactMap { values[$0] }
        return found.first { !$0.isEmpty } ?? found.first
    }

    private static func object(_ text: Substring) -> [String: String]? {
        let octets = Data(JSONRepair.repaired(text).utf8)
        return try? JSONDecoder().decode([String: Value].self, from: octets).compactMapValues(\.text)
    }

    private static func form(_ text: Substring) -> [String: String]? {
        let pairs = text.split(whereSeparator: { $0 == "&" || $0.isNewline })
        guard !pairs.isEmpty, pairs.allSatisfy({ $0.contains("=") }) else { return nil }
        return pairs.reduce(into: [:]) { values, pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[decoded(sides[0])] = decoded(sides[1])
        }
    }

    /// Returns a name or value without the form's percent encoding.
    private static func decoded(_ text: Substring) -> String {
        var (octets, rest) = ([UInt8](), Array(text.utf8)[...])
        while let octet = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            switch octet {
            case UInt8(ascii: "%") where digits.count == 2:
                octets.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
            default: octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}

/// A JSON value: numbers are read as text, objects and lists as nil.
private struct Value: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
        } else {
            text = (try? container.decode(Int64.self)).map { String($0) }
        }
    }
}

/// A repair of invalid JSON from services into valid JSON (RFC 8259).
enum JSONRepair {
    /// Returns the text with errors inside its strings repaired.
    ///
    /// An unpaired surrogate becomes U+FFFD, a raw control character its escape, an unknown escape the character
    /// itself.
    static func repaired(_ text: Substring) -> String {
        var (output, rest, isInString) = (String.UnicodeScalarView(), text.unicodeScalars[...], false)
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                isInString.toggle()
                output.append(scalar)
            case "\\" where isInString: output.append(contentsOf: escape(&rest).unicodeScalars)
            case _ where isInString && scalar.value < 0x20:
                output.append(contentsOf: (scalar == "\n" ? "\\n" : "\\u00" + hexadecimal(scalar.value)).unicodeScalars)
            default: output.append(scalar)
            }
        }
        return String(output)
    }

    /// Returns the escape sequence after a backslash, with the backslash.
    private static func escape(_ rest: inout Substring.UnicodeScalarView.SubSequence) -> String {
        guard let scalar = rest.popFirst() else { return "" }
        guard scalar == "u" else {
            return "\"\\/bfnrt".unicodeScalars.contains(scalar) ? "\\\(scalar)" : String(scalar)
        }
        guard let unit = unit(rest) else { return "\\ufffd" }
        rest = rest.dropFirst(4)
        switch unit {
        case 0xD800..<0xDC00:
            guard rest.starts(with: "\\u".unicodeScalars), let low = Self.unit(rest.dropFirst(2)),
                (0xDC00..<0xE000).contains(low)
            else { return "\\ufffd" }
            rest = rest.dropFirst(6)
            return "\\u\(String(unit, radix: 16))\\u\(String(low, radix: 16))"
        case 0xDC00..<0xE000: return "\\ufffd"
        default:
            return "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
        }
    }

    /// Returns the value of four hexadecimal digits.
    private static func unit(_ text: Substring.UnicodeScalarView.SubSequence) -> UInt32? {
        let digits = text.prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
