import Foundation
import Messaging
import MessagingTesting

/// A folder that receives mail.
struct MailFolder {
    let transport: any Transport<MailEnvelope>
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        transport = try MailTransportURL(parsing: "file://\(folder.path)/outbox").makeTransport()
    }

    /// Returns the received messages without the two lines of the envelope.
    func messages() throws -> [ReceivedMessage] {
        let new = URL(fileURLWithPath: "\(folder.path)/outbox/new")
        return try FileManager.default.contentsOfDirectory(at: new, includingPropertiesForKeys: nil).map { file in
            let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\r\n")
            return ReceivedMessage(
                sender: String(lines[0].dropFirst("Return-Path: <".count).dropLast()),
                recipients: [String(lines[1].dropFirst("Delivered-To: ".count))],
                content: lines.dropFirst(2).joined(separator: "\r\n"))
        }
    }
}
