/// A mail that came to our envelope's sender: what it says, as far as it can be understood.
///
/// Any octets are one; nothing in them makes this fail.
public struct ReceivedMail: Sendable {
    /// What a mail says.
    public enum Content: Sendable {
        /// A report about mail of ours.
        case report(MailReport)
        /// An answer to an invitation.
        case calendarReply(CalendarReply)
        /// Something for a person to read, and why it is no report.
        case other(MailReportError)
    }

    /// So much is kept for a person to read, in octets.
    public static let maximumExcerpt = 16_384
    private static let maximumLine = 200

    /// Who wrote it, as the header says; one line.
    public let from: String?
    /// The subject; one line.
    public let subject: String?
    /// What it says.
    public let content: Content
    /// The mail's beginning, with what could harm a terminal made visible.
    public let excerpt: String

    /// Reads a mail; only the first `MailReport.maximumOctets` of it count.
    ///
    /// - Parameter octets: The mail as it arrived.
    public init(reading octets: [UInt8]) {
        let mail = ReceivedPart(octets.prefix(MailReport.maximumOctets), isWhole: false)
        from = Self.line(mail.fields["from"])
        subject = Self.line(mail.fields["subject"])
        excerpt = String(decoding: octets.prefix(Self.maximumExcerpt), as: UTF8.self).safeMultiline
        do throws(MailReportError) {
            content = .report(try MailReport.read(mail))
        } catch {
            content = mail.calendarReply.map { .calendarReply($0) } ?? .other(error)
        }
    }

    private static func line(_ field: String?) -> String? {
        let line = field.map { EncodedWord.decoding(String($0.prefix(1000))).safeSingleLine.prefix(maximumLine) }
        return line.flatMap { $0.isEmpty ? nil : String($0) }
    }
}

extension ReceivedPart {
    /// The answer to an invitation that is in the mail, where there is one.
    fileprivate var calendarReply: CalendarReply? {
        leaves.lazy.filter { ["text/calendar", "application/ics"].contains($0.type.name) }
            .compactMap { CalendarReply(parsing: $0.content) }.first
    }
}
