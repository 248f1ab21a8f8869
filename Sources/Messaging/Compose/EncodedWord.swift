import FoundationEssentials

/// Text outside ASCII in a header line: `=?UTF-8?B?...?=` (RFC 2047).
enum EncodedWord {
    /// The longest word made here, so that even behind the longest field name a line stays below the limit of 76.
    static let maximumLength = 64

    private static let opening = "=?UTF-8?B?"
    private static let closing = "?="
    /// Base64 makes four characters of three octets.
    private static let maximumOctets = (maximumLength - opening.count - closing.count) / 4 * 3

    /// Encodes text as words to be put on one or more lines; no word splits a character.
    static func encode(_ text: String) -> [String] {
        chunks(of: text).map { opening + Data($0.utf8).base64EncodedString() + closing }
    }

    private static func chunks(of text: String) -> [String] {
        var chunks: [String] = []
        var chunk = ""
        for piece in pieces(of: text) {
            if chunk.utf8.count + piece.utf8.count > maximumOctets {
                chunks.append(chunk)
                chunk = ""
            }
            chunk += piece
        }
        return chunk.isEmpty ? chunks : chunks + [chunk]
    }

    /// The characters as the reader sees them; one that is too long for any word falls apart into its scalars.
    private static func pieces(of text: String) -> [String] {
        text.flatMap { character in
            let isShort = character.utf8.count <= maximumOctets
            return isShort ? [String(character)] : character.unicodeScalars.map { String($0) }
        }
    }
}
