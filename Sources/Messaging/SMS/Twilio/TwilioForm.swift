import FoundationEssentials

/// A text as the service wants it posted: `application/x-www-form-urlencoded`.
struct TwilioForm: Hashable {
    /// The bounds of the validity period in seconds; ten hours is also how long Twilio would keep a text by itself.
    ///
    /// https://www.twilio.com/docs/api/errors/21624
    static let validity = 1...36_000

    let fields: [[String]]

    /// Writes the form, or none when the text's time is over.
    init?(_ text: TextMessage, at now: Date, callback: StatusCallback? = nil) {
        let sender = text.from.kind == .pool ? "MessagingServiceSid" : "From"
        var fields = [["To", text.to], [sender, text.from.text], ["Body", text.body]]
        if let end = text.validUntil {
            let seconds = end.timeIntervalSince(now)
            guard seconds >= Double(Self.validity.lowerBound) else { return nil }
            // Rounded down: better a second early than a reminder of what has begun.
            fields.append(["ValidityPeriod", String(Int(min(seconds, Double(Self.validity.upperBound))))])
        }
        if let callback { fields.append(["StatusCallback", callback.url]) }
        self.fields = fields
    }

    /// The form in plain ASCII.
    var encoded: String {
        fields.map { $0.map(\.formEncoded).joined(separator: "=") }.joined(separator: "&")
    }
}

extension String {
    /// This text with all but the unreserved characters of RFC 3986 section 2.3 as the octets of UTF-8.
    fileprivate var formEncoded: String {
        utf8.reduce(into: "") { encoded, octet in
            if octet.isLetterOrDigit || "-._~".utf8.contains(octet) {
                encoded.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                encoded += (octet < 0x10 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
            }
        }
    }
}
