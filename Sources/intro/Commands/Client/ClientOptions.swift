import ArgumentParser
import Booking
import BookingStore

/// What can be said of a person when they are written down or edited, besides the name.
struct ClientOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The e-mail address, or `none`.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The phone number, or `none`.", valueName: "number"))
    var phone: String?

    @Option(help: ArgumentHelp("The client's time zone, if not the studio's.", valueName: "tz"))
    var timeZone: String?

    @Option(help: ArgumentHelp("How the client heard of the studio.", valueName: "text"))
    var source: String?

    @Option(help: ArgumentHelp("The language of messages: en, es, or `none` for English.", valueName: "language"))
    var language: String?

    /// Whether nothing was said.
    var isEmpty: Bool {
        [email, phone, timeZone, source, language].allSatisfy { $0 == nil }
    }

    /// Changes a person's details as the options say.
    ///
    /// - Parameters:
    ///   - details: The details.
    ///   - region: Where a phone number without a country code is from.
    /// - Throws: `InvalidInput`, also where neither e-mail nor phone would be left.
    func apply(to details: inout ClientDetails, region: Region) throws {
        try change(&details.email, to: email) { try EmailAddress($0, field: "--email") }
        try change(&details.phone, to: phone) { try PhoneNumber($0, region: region, field: "--phone") }
        try change(&details.timeZone, to: timeZone) { try StudioClock(timeZone: $0, field: "--time-zone").identifier }
        try change(&details.language, to: language) { try Language($0, field: "--language") }
        try change(&details.source, to: source) { try SingleLineText($0, field: "--source").text }
        guard details.email != nil || details.phone != nil else {
            throw InvalidInput(
                field: "a client", problem: "needs an e-mail or a phone", hint: "give --email or --phone")
        }
    }
}
