import Booking

/// Sessions as comma-separated values (RFC 4180), with a header.
enum SessionCSV {
    /// One line a session, CRLF between them.
    static func text(_ sessions: [Session]) -> String {
        let header = [
            "reference", "status", "starts_at", "ends_at", "local_start", "client", "email", "phone", "trainer",
            "studio",
        ]
        let rows = sessions.map { session in
            [
                session.reference.description, session.status.rawValue, RFC3339.string(session.startsAt),
                RFC3339.string(session.endsAt), session.localStart, session.client.name,
                session.client.email?.address ?? "", session.client.phone?.e164 ?? "", session.trainer.handle,
                session.studio.handle,
            ]
        }
        return ([header] + rows).map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A field, quoted where it must be.
    ///
    /// One that a spreadsheet would take for a formula is made a text.
    private static func field(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@".contains($0) } ?? false
        let safe = (isFormula && !text.dropFirst().allSatisfy(\.isNumber) ? "'" : "") + text.visible
        return safe.contains { ",\"\r\n".contains($0) }
            ? "\"\(safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : safe
    }
}
