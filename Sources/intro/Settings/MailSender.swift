import Messaging

extension Settings.Mail {
    /// Who mail is from.
    ///
    /// Into a folder, or to a server on this machine, an address that nobody answers will do; any other server would refuse
    /// it, or the recipients' would.
    ///
    /// - Parameter destination: Where mail goes.
    /// - Returns: The configured sender, or one that stands in for it.
    /// - Throws: A `Failure` that ends with 78 when one must be configured, or `CompositionError` for one that is none.
    func sender(to destination: TransportURL) throws -> Mailbox {
        if let from { return try Mailbox(parsing: from) }
        if case .smtp(let server) = destination, !["localhost", "127.0.0.1", "[::1]", "::1"].contains(server.host) {
            throw Failure.misconfigured(
                "no sender is configured for mail",
                hint: "set INTRO_MAIL_FROM, as in `INTRO_MAIL_FROM='Intro <hello@example.com>'`")
        }
        return try Mailbox(name: "Intro", address: "intro@localhost.localdomain")
    }
}
