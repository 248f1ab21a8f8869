import Messaging

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
