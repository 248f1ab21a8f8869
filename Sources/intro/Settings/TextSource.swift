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

extension Setting {
    /// Reads how much may leave in how much time.
    ///
    /// - Parameter text: Such as `20/s`, `60/min` or `500/h`.
    /// - Returns: The pace.
    /// - Throws: A `Failure` that ends with 78 where it is none.
    func pace(_ text: String) throws(Failure) -> Pace {
        guard let pace = Pace(parsing: text) else {
            throw .misconfigured(
                "\(rawValue) is no rate", because: "it says \(text.visible)",
                hint: "write it like 20/s, 60/min or 500/h, in the file or as \(environmentName)")
        }
        return pace
    }
}
