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
    func sender(to destination: MailTransportURL) throws -> Mailbox {
        if let from { return try Mailbox(parsing: from) }
        if case .smtp(let server) = destination, !["localhost", "127.0.0.1", "[::1]", "::1"].contains(server.host) {
            throw Failure.misconfigured(
                "no sender is configured for mail",
                hint: "set INTRO_MAIL_FROM, as in `INTRO_MAIL_FROM='Intro <hello@example.com>'`")
        }
        return try Mailbox(name: "Intro", address: "intro@localhost.localdomain")
    }
}

extension Settings.Texts {
    /// The number or name that texts are from.
    ///
    /// Into a folder, any name will do.
    ///
    /// - Parameter destination: Where texts go.
    /// - Returns: The configured sender, or one that stands in for it.
    /// - Throws: A `Failure` that ends with 78 when one must be configured, or is none.
    func sender(to destination: SMSTransportURL) throws -> TextSender {
        guard let from else {
            if case .folder = destination { return try TextSender("Intro") }
            throw Failure.misconfigured(
                "no sender is configured for texts",
                hint: "set INTRO_SMS_FROM to your number, as in `INTRO_SMS_FROM=+12135550100`")
        }
        do {
            return try TextSender(from)
        } catch {
            throw Failure.misconfigured("sms.from cannot be used", because: "\(error)", hint: "correct INTRO_SMS_FROM")
        }
    }
}

extension Settings.Texts {
    /// Where the service reports what becomes of each text.
    ///
    /// - Returns: The address; `nil` where none is configured.
    /// - Throws: A `Failure` that ends with 78 when it is no address that a service can use.
    func callback() throws(Failure) -> StatusCallback? {
        guard let statusURL else { return nil }
        guard let callback = StatusCallback(statusURL) else {
            let setting = Setting.smsStatusURL
            throw .misconfigured(
                "\(setting.rawValue) is not an HTTPS address", because: "it says \(statusURL.visible)",
                hint: "write it like https://studio.example/sms-status, in the file or as \(setting.environmentName)")
        }
        return callback
    }
}

extension Setting {
    /// Reads how much may leave in how much time.
    ///
    /// - Parameter text: Such as `20/s`, `60/min` or `500/h`.
    /// - Returns: The pace.
    /// - Throws: A `Failure` that ends with 78 where it is none.
    func pace(_ text: String) throws(Failure) -> SendingRate {
        guard let pace = SendingRate(parsing: text) else {
            throw .misconfigured(
                "\(rawValue) is no rate", because: "it says \(text.visible)",
                hint: "write it like 20/s, 60/min or 500/h, in the file or as \(environmentName)")
        }
        return pace
    }
}
