import Messaging

extension Settings.Mail {
    /// Returns the sender of mail.
    ///
    /// For a folder or a server on this machine, a placeholder address is sufficient; any other server, or the
    /// recipients' servers, would refuse it.
    ///
    /// - Parameter destination: The destination of mail.
    /// - Returns: The configured sender, or a placeholder.
    /// - Throws: A `Failure` with exit code 78 when a sender must be configured, or `CompositionError` when it is not
    ///   valid.
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
    /// Returns the number or name that texts are sent from.
    ///
    /// For a folder, a placeholder name is sufficient.
    ///
    /// - Parameter destination: The destination of texts.
    /// - Returns: The configured sender, or a placeholder.
    /// - Throws: A `Failure` with exit code 78 when a sender must be configured, or is not valid.
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
    /// Returns the URL to which the provider posts delivery statuses.
    ///
    /// - Returns: The URL; `nil` if none is configured.
    /// - Throws: A `Failure` with exit code 78 when it is not a valid HTTPS address.
    func callback() throws(Failure) -> StatusCallback? {
        guard let statusURL else { return nil }
        guard let callback = StatusCallback(statusURL) else {
            let setting = Setting.smsStatusURL
            throw .misconfigured(
                "\(setting.rawValue) is not an HTTPS address", because: "the value is \(statusURL.visible)",
                hint: "write it like https://studio.example/sms-status, in the file or as \(setting.environmentName)")
        }
        return callback
    }
}

extension Setting {
    /// Parses a rate limit.
    ///
    /// - Parameter text: Such as `20/s`, `60/min` or `500/h`.
    /// - Returns: The rate limit.
    /// - Throws: A `Failure` with exit code 78 when the text is not a rate.
    func pace(_ text: String) throws(Failure) -> SendingRate {
        guard let pace = SendingRate(parsing: text) else {
            throw .misconfigured(
                "\(rawValue) is not a valid rate", because: "the value is \(text.visible)",
                hint: "write it like 20/s, 60/min or 500/h, in the file or as \(environmentName)")
        }
        return pace
    }
}
