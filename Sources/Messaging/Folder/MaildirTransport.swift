/// Mail into a folder: a Maildir, which most mail programs open.
public struct MaildirTransport: Transport {
    private let path: String

    /// Makes the transport; nothing is written yet.
    ///
    /// - Parameter path: The folder; it is made, with the folders above it, when the first courier is.
    public init(path: String) {
        self.path = path
    }

    /// Makes the folder where it is missing, readable by its owner alone, and a courier that writes into it.
    public func makeCourier() throws(TransportConfigurationError) -> any Courier<PostedMail> {
        for folder in [path, "\(path)/tmp", "\(path)/new", "\(path)/cur"] {
            try FolderPath(path: folder, freight: .mail).make()
        }
        return MaildirCourier(path: path)
    }
}
