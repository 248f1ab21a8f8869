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
        try FolderPath(path: path, freight: .texts).make()
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
        let file = FileDelivery(folder: path, name: name, draft: "\(path)/.\(name).tmp", place: "SMS folder")
        do {
            return file.deliver(try WrittenText(text).json, reply: name, id: name)
        } catch {
            return .notSent(reason: "The text cannot be written as JSON.", unreachable: false)
        }
    }

    func close() async {}
}
