/// How a text travels to a phone.
public enum TextEncoding: String, Hashable, Sendable {
    /// Seven bits a character, of the alphabet that every phone knows (3GPP TS 23.038 section 6.2.1).
    case gsm7 = "GSM-7"
    /// Sixteen bits a unit, for every other sign (3GPP TS 23.038 section 6.2.3; in practice UTF-16).
    case ucs2 = "UCS-2"

    /// How many units one segment holds when the whole text fits into it.
    public var unitsOfSingle: Int { self == .gsm7 ? 160 : 70 }

    /// How many units one of several segments holds: six octets go for the header that joins them.
    public var unitsOfPart: Int { self == .gsm7 ? 153 : 67 }

    /// How many units a character takes, or `nil` when this alphabet lacks it.
    func units(of scalar: Unicode.Scalar) -> Int? {
        switch self {
        case .ucs2: UTF16.width(scalar)
        case .gsm7 where Self.basic.contains(scalar): 1
        case .gsm7 where Self.extended.contains(scalar): 2
        case .gsm7: nil
        }
    }

    /// The default alphabet; the escape to the extension table is no character of its own.
    private static let basic = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)

    /// The extension table: each character stands behind an escape.
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}
