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
        let file = FileDelivery(folder: "\(path)/new", name: name, draft: "\(path)/tmp/\(name)", place: "mail folder")
        return file.deliver(Array(envelope.utf8) + mail.message.withCRLFLineEnds, reply: "new/\(name)")
    }

    func close() async {}
}
