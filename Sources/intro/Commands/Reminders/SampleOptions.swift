import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// Which session a rule is to speak of where it is only looked at or tried, and in which language.
struct SampleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Use this session's data.", valueName: "ref"))
    var ref: String?

    @Option(help: ArgumentHelp("The language, en or es. (default: the client's)", valueName: "language"))
    var language: String?

    /// What a rule would say, of a session or of none, to whom it is for or to somebody else.
    ///
    /// - Parameters:
    ///   - key: The rule, as it was typed.
    ///   - address: Where it goes instead, as it was typed; `nil` is to whom it is for.
    ///   - intro: The house.
    /// - Returns: The rule, and the message to be written.
    /// - Throws: `NotFound`, `InvalidInput` or `PostgresError`.
    func claimed(of key: String, to address: String?, in intro: Intro) async throws -> (ReminderRule, ClaimedMessage) {
        let key = try Handle(key, field: "the rule")
        let reference = try ref.map { try Reference($0) }
        let language = try language.map { try Language($0, field: "--language") }
        let database = try await intro.database()
        let region = try await intro.region(in: database)
        return try await database.withConnection { [now = intro.now] connection in
            var studio: Handle?
            if let reference {
                studio = try Handle(try await SessionRepository(connection).named(reference).studio.handle)
            }
            let rule = try await RuleRepository(connection).named(key, at: studio)
            let recipient: ClaimedMessage.Recipient? = try address.map { text in
                switch rule.channel {
                case .email: .email(try EmailAddress(text, field: "--to"))
                case .sms: .phone(try PhoneNumber(text, region: region, field: "--to"))
                }
            }
            guard let reference else {
                return (rule, try .sample(of: rule, in: language ?? .english, to: recipient, at: now))
            }
            let claimed = try await ClaimedMessageSource(connection).claimed(rule, about: reference, to: recipient)
            return (rule, language.map { claimed.written(in: $0) } ?? claimed)
        }
    }
}
