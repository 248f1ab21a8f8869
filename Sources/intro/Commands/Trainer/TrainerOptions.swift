import ArgumentParser
import Booking
import BookingStore

/// What can be said of a trainer when they are added or edited, besides name and studio.
struct TrainerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The trainer's e-mail address, or `none`.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The trainer's phone, or `none`.", valueName: "number"))
    var phone: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Maximum sessions a day; `none` for no limit.", valueName: "number"))
    var dailyLimit: String?

    /// Whether nothing was said.
    var isEmpty: Bool {
        email == nil && phone == nil && dailyLimit == nil
    }

    /// Changes a trainer's details as the options say.
    ///
    /// - Parameters:
    ///   - details: The details.
    ///   - region: Where a phone number without a country code is from.
    /// - Throws: `InvalidInput`.
    func apply(to details: inout TrainerDetails, region: Region) throws {
        try change(&details.email, to: email) { try EmailAddress($0, field: "--email") }
        try change(&details.phone, to: phone) { try PhoneNumber($0, region: region, field: "--phone") }
        try change(&details.dailyLimit, to: dailyLimit) { text in
            Int32(try count(text, field: "--daily-limit", in: 1...1000))
        }
    }
}
