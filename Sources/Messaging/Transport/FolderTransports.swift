import FoundationEssentials

/// Mail into a folder: a Maildir, which most mail programs open.
public struct MaildirTransport: Transport {
    private let path: String

    /// Makes the transport; nothing is written yet.
    ///
    /// - Parameter path: The folder; it is made, with the folders above it, when the first session is.
    public init(path: String) {
        self.path = path
    }

    /// Makes the folder where it is missing, readable by its owner alone, and a session that writes into it.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<MailEnvelope> {
        for folder in [path, "\(path)/tmp", "\(path)/new", "\(path)/cur"] {
            try FolderPath(path: folder, messageKind: .mail).make()
        }
        return MaildirSession(path: path)
    }
}

/// Writes messages into a Maildir: whole into `tmp`, then moved to `new`.
actor MaildirSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.maildir-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String

    init(path: String) {
        self.path = path
    }

    func deliver(_ mail: MailEnvelope) async -> DeliveryOutcome {
        let name = UniqueFileName.make()
        let envelope = "Return-Path: <\(mail.from.address)>\r\nDelivered-To: \(mail.to.address)\r\n"
        let file = FileDelivery(
            folder: "\(path)/new", name: name, temporaryPath: "\(path)/tmp/\(name)", folderName: "mail folder")
        return file.deliver(Array(envelope.utf8) + mail.message.withCRLFLineEnds, reply: "new/\(name)")
    }

    func close() async {}
}

/// Texts into a folder: each a file with one JSON object.
public struct SMSFolderTransport: Transport {
    private let path: String

    /// Makes the transport; nothing is written yet.
    ///
    /// - Parameter path: The folder; it is made, with the folders above it, when the first session is.
    public init(path: String) {
        self.path = path
    }

    /// Makes the folder where it is missing, readable by its owner alone, and a session that writes into it.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
        try FolderPath(path: path, messageKind: .texts).make()
        return SMSFolderSession(path: path)
    }
}

/// Writes texts into a folder, each whole at once; their names sort by time.
actor SMSFolderSession: TransportSession {
    private nonisolated let executor = SessionExecutor(label: "intro.sms-folder-session")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String

    init(path: String) {
        self.path = path
    }

    func deliver(_ text: TextMessage) async -> DeliveryOutcome {
        let name = "\(UniqueFileName.make()).json"
        let file = FileDelivery(
            folder: path, name: name, temporaryPath: "\(path)/.\(name).tmp", folderName: "SMS folder")
        do {
            return file.deliver(try TextFileRecord(text).json, reply: name, id: name)
        } catch {
            return .notSent(reason: "The text cannot be written as JSON.", unreachable: false)
        }
    }

    func close() async {}
}

/// A text as a folder keeps it.
struct TextFileRecord: Encodable {
    private enum CodingKeys: String, CodingKey {
        case to, from, body, encoding, segments
        case validUntil = "valid_until"
    }

    private let text: TextMessage

    init(_ text: TextMessage) {
        self.text = text
    }

    /// One JSON object on one line.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(text.to, forKey: .to)
        try object.encode(text.from.text, forKey: .from)
        try object.encode(text.body, forKey: .body)
        try object.encode(text.segments.encoding.rawValue, forKey: .encoding)
        try object.encode(text.segments.count, forKey: .segments)
        try object.encode(text.validUntil?.internetDate, forKey: .validUntil)
    }
}
