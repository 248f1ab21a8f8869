import FoundationEssentials

/// How a part's content was made fit for its way (RFC 2045 section 6).
enum TransferEncoding {
    case none
    case quotedPrintable
    case base64

    /// Reads the field's body; what is not known is taken as it stands.
    init(_ field: String?) {
        switch field?.withoutComments.lowercased().filter({ !$0.isWhitespace }) {
        case "quoted-printable": self = .quotedPrintable
        case "base64": self = .base64
        default: self = .none
        }
    }

    /// The content as it was before, as far as it can be told.
    func decode(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch self {
        case .none: body
        case .quotedPrintable: Self.decodeQuotedPrintable(body)[...]
        case .base64: Array(Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters) ?? Data())[...]
        }
    }

    private static func decodeQuotedPrintable(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        for line in ReceivedLines(body) {
            // Spaces at the end of a line were added on the way (RFC 2045 section 6.7, rule 3).
            let end = line.text.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? line.text.startIndex
            let text = line.text[..<end]
            let isContinued = text.last == UInt8(ascii: "=")
            append(isContinued ? text.dropLast() : text, to: &decoded)
            if !isContinued, line.isEnded { decoded.append(UInt8(ascii: "\n")) }
        }
        return decoded
    }

    private static func append(_ text: ArraySlice<UInt8>, to decoded: inout [UInt8]) {
        var rest = text
        while let octet = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(hexadecimal)
            if octet == UInt8(ascii: "="), digits.count == 2 {
                decoded.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                decoded.append(octet)
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}
