/// A bounce in plain text, in the formats of qmail (QSBMF), Exim, sendmail and older versions of Gmail.
///
/// The text beside an empty delivery status is parsed in the same way.
struct PlainTextReport {
    /// The maximum length that is examined.
    private static let maximumLength = 65_536
    private static let maximumLines = 2000

    /// The report in the form of a delivery status.
    let report: DeliveryReport

    /// Parses a mail; `nil` when it names no failed recipient in a known format, or may be truncated.
    init?(_ mail: ReceivedPart) {
        if mail.type.name == "text/plain" {
            let text = Self.lines(of: mail)
            guard let end = text.firstIndex(where: Self.beginsReturnedMessage) else { return nil }
            let ids = text[end...].compactMap(Self.messageID)
            self.init(Array(text[..<end]), of: mail, ids: Array(ids.uniqued.prefix(10)))
        } else {
            let parts = mail.leaves
            guard parts.contains(where: { $0.type.isDeliveryStatus && $0.isComplete }),
                let notice = parts.first(where: { $0.type.name == "text/plain" }), notice.isComplete
            else { return nil }
            let returned = parts.lazy.compactMap(ReturnedMessage.init).first
            self.init(Self.lines(of: notice), of: mail, ids: mail.fields.messageIDs(of: returned))
        }
    }

    private init?(_ notice: [Substring], of mail: ReceivedPart, ids: [String]) {
        let named = mail.fields.all("x-failed-recipients").flatMap { $0.split(separator: ",") }
        let recipients = named.isEmpty ? Self.recipients(in: notice) : named.compactMap { Mailbox(address: String($0)) }
        guard !recipients.isEmpty, !ids.isEmpty else { return nil }
        let isDelay = Self.isDelay(notice, subject: mail.fields["subject"] ?? "")
        report = DeliveryReport(
            recipients: recipients.map { recipient in
                DeliveryReport.Recipient(
                    recipient, isDelay ? .delayed : .failed, Self.reason(for: recipient, in: notice))
            },
            messageIDs: ids, reportingServer: nil)
    }

    private static func lines(of part: ReceivedPart) -> [Substring] {
        let text = String(decoding: part.content.prefix(maximumLength), as: UTF8.self)
        return Array(
            text.split(maxSplits: maximumLines, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .prefix(maximumLines))
    }

    /// Returns whether a line such as `--- Below this line is a copy of the message` introduces the returned message.
    private static func beginsReturnedMessage(_ line: Substring) -> Bool {
        let text = line.lowercased().drop(while: \.isWhitespace)
        return text.hasPrefix("---")
            && ["copy of", "original message", "original headers", "enclosed are", "unsent message"].contains {
                text.contains($0)
            }
    }

    private static func messageID(in line: Substring) -> String? {
        let field = line.drop { $0 == ">" || $0.isWhitespace }
        guard field.prefix(11).lowercased() == "message-id:" else { return nil }
        return String(bracketed: String(field.dropFirst(11)))
    }

    /// Returns the recipients: qmail writes each on its own line as `<address>:`, sendmail lists them under a heading.
    private static func recipients(in notice: [Substring]) -> [Mailbox] {
        let isQmail = notice.prefix(5).contains { $0.hasPrefix("Hi. This is the") }
        if isQmail {
            return notice.filter { $0.hasPrefix("<") && $0.hasSuffix(">:") }
                .compactMap { Mailbox(address: String($0.dropLast())) }
        }
        guard let title = notice.firstIndex(where: { $0.contains("had permanent fatal errors") }) else { return [] }
        return notice[(title + 1)...].prefix { !$0.allSatisfy(\.isWhitespace) }.compactMap {
            Mailbox(address: String($0.split(whereSeparator: \.isWhitespace).first ?? ""))
        }
    }

    private static func isDelay(_ notice: [Substring], subject: String) -> Bool {
        let text = (subject + " " + notice.joined(separator: " ")).lowercased()
        return ["delayed", "warning message only", "will be retried", "will keep trying", "not yet been delivered"]
            .contains { text.contains($0) }
    }

    /// Returns the text about a recipient, from the line that names them; if it quotes the server, only the quotation.
    private static func reason(for recipient: Mailbox, in notice: [Substring]) -> String {
        let lines = notice.map { $0.trimming(while: \.isWhitespace) }
        let start = lines.lastIndex { $0.contains(recipient.address) && !$0.contains("RCPT TO") } ?? lines.startIndex
        let about = lines[start...].filter { !$0.isEmpty }
        let reply = about.firstIndex { line in
            Int(line.prefix(3)).map { (400..<600).contains($0) } == true && (line.dropFirst(3).first ?? " ") == " "
        }
        return about[(reply ?? about.startIndex)...].joined(separator: " ")
    }
}

extension DeliveryReport.Recipient {
    /// Creates a recipient from an action and the text about them.
    fileprivate init(_ address: Mailbox, _ action: DeliveryReport.Action, _ reason: String) {
        let value = ReportFieldValue("text; \(reason)")
        self.address = address
        finalAddress = nil
        self.action = action
        status = EnhancedStatus(foundIn: reason)
        diagnostic = value.line
        remoteServer = nil
        cause = FailureCause(status: status, words: value.words)
    }
}

extension Substring {
    /// Returns this text without characters of a kind at both ends.
    fileprivate func trimming(while isDropped: (Character) -> Bool) -> Substring {
        let rest = drop(while: isDropped)
        guard let last = rest.lastIndex(where: { !isDropped($0) }) else { return "" }
        return rest[...last]
    }
}
