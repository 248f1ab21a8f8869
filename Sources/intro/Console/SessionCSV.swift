import Booking

/// Sessions as comma-separated values (RFC 4180), with a header.
enum SessionCSV {
    /// What Excel needs at the beginning to read the text as UTF-8.
    static let byteOrderMark = "\u{FEFF}"

    /// One line a session, CRLF between them.
    static func text(_ sessions: [Session]) -> String {
        let header = [
            "reference", "status", "starts_at", "ends_at", "local_start", "client", "email", "phone", "trainer",
            "studio", "affected",
        ]
        let rows = sessions.map { session in
            [
                session.reference.description, session.status.rawValue, RFC3339.string(session.startsAt),
                RFC3339.string(session.endsAt), session.localStart, session.client.name,
                session.client.email?.address ?? "", session.client.phone?.e164 ?? "", session.trainer.handle,
                session.studio.handle, session.affected?.rawValue ?? "",
            ]
        }
        return ([header] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A field, quoted where it must be, in which no part is a formula for a spreadsheet.
    static func field(_ text: String) -> String {
        let safe = withoutFormulas(text.visible)
        return safe.contains { ",;\"\r\n".contains($0) }
            ? "\"\(safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : safe
    }

    /// Puts an apostrophe before every part that a spreadsheet would take for a formula.
    ///
    /// A spreadsheet splits at semicolons or tabs instead of commas where the region asks for it, and does not honour the
    /// quotes of a field that begins elsewhere: each part may become a cell of its own. A number with a sign, such as a
    /// phone number, is no formula.
    private static func withoutFormulas(_ text: String) -> String {
        if let first = text.first, "+-".contains(first), text.dropFirst().allSatisfy(\.isNumber) { return text }
        var safe = ""
        var part = ""
        for character in text {
            part.append(character)
            if ",;\t|".contains(character) {
                safe += guarded(part)
                part = ""
            }
        }
        return safe + guarded(part)
    }

    private static func guarded(_ part: String) -> String {
        let beginning = part.first { !$0.isWhitespace && !"\"'".contains($0) }
        return beginning.map { "=+-@＝＋－＠".contains($0) } == true ? "'\(part)" : part
    }
}
