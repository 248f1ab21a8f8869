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
            try FolderPath(path: folder, freight: .mail).make()
        }
        return MaildirSession(path: path)
    }
}
