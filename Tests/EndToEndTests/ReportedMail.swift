import Foundation
import MessagingTesting
import Testing

extension Studio {
    /// A message that was sent to Anna, and its identifiers.
    struct SentMail {
        let reference: String
        /// The Message-ID without angle brackets.
        let messageID: String

        /// A report about this message: the sample's identifier and recipient are replaced.
        func report(_ sample: BounceSample, recipient: String = "anna@example.com") -> String {
            sample.text.replacing("k7q29fxm.confirmation.1@intro.test", with: messageID)
                .replacing("anna@example.com", with: recipient)
        }

        /// A report of a failure with these fields.
        func failure(_ fields: String, recipient: String = "anna@example.com") -> String {
            report(
                .report("Final-Recipient: rfc822; anna@example.com\nAction: failed\n\(fields)"), recipient: recipient)
        }
    }

    /// Books a session for Anna and sends her confirmation.
    func sendConfirmation(at time: String = "2026-12-07 09:00") async throws -> SentMail {
        let reference = try await reference("Anna", at: time)
        try await answer("reminders", "send")
        let name = reference.lowercased().replacing("-", with: "")
        let ids = try sentMails().map(\.messageID).filter { $0.contains(name) }
        let id = try #require(ids.first).trimmingCharacters(in: CharacterSet(charactersIn: "<> \r"))
        return SentMail(reference: reference, messageID: id)
    }

    /// The mails in the folder of sent mail.
    func sentMails() throws -> [ReceivedMessage] {
        let folder = home + "/mail/new"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let octets = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            return ReceivedMessage(sender: "", recipients: [], content: String(decoding: octets, as: UTF8.self))
        }
    }

    /// Pipes a mail into `intro mail bounce`.
    @discardableResult
    func bounce(_ mail: String, now: String = Studio.now) async throws -> JSON {
        try await answer(["mail", "bounce"], now: now, stdin: mail)
    }

    /// The entries of `intro mail list --open`.
    func openMail() async throws -> [JSON] {
        try await answer("mail", "list", "--open").items
    }

    /// The suppressed addresses and numbers with their reasons.
    func suppressed() async throws -> [String: String] {
        let items = try await answer("suppression", "list").items
        return Dictionary(items.map { ($0["address"]?.text ?? "", $0["reason"]?.text ?? "") }) { first, _ in first }
    }
}
