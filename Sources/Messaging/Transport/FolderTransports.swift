import FoundationEssentials

/// A transport that stores mail in a Maildir, which most mail programs can open.
public struct MaildirTransport: Transport {
    private let path: String

    /// Creates a transport without writing.
    ///
    /// - Parameter path: The folder, created with its parent folders together with the first session.
    public init(path: String) {
        self.path = path
    }

    /// Creates the folder if it is missing, accessible only to the owner, and returns a session that writes to it.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<MailEnvelope> {
        for folder in [path, "\(path)/tmp", "\(path)/new", "\(path)/cur"] {
            try FolderPath(path: folder, messageKind: .mail).make()
        }
        return MaildirSession(path: path)
    }
}

/// A session that writes messages to a Maildir: first to `tmp`, then moved to `new`.
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

/// A transport that stores text messages in a folder, each as a file with one JSON object.
public struct SMSFolderTransport: Transport {
    private let path: String

    /// Creates a transport without writing.
    ///
    /// - Parameter path: The folder, created with its parent folders together with the first session.
    public init(path: String) {
        self.path = path
    }

    /// Creates the folder if it is missing, accessible only to the owner, and returns a session that writes to it.
    public func makeSession() throws(TransportConfigurationError) -> any TransportSession<TextMessage> {
        try FolderPath(path: path, messageKind: .texts).make()
        return SMSFolderSession(path: path)
    }
}

/// A session that writes each text message to a folder atomically, with names that sort by time.
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

/// The JSON form of a text message in a folder.
struct TextFileRecord: Encodable {
    private enum CodingKeys: String, CodingKey {
        case to, from, body, encoding, segments
        case validUntil = "valid_until"
    }

    private let text: TextMessage

    init(_ text: TextMessage) {
        self.text = text
    }

    /// The record as one JSON object on one line.
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
