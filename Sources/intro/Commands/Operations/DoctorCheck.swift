import Booking
import FoundationEssentials

/// The result of one check of `intro doctor`.
struct DoctorCheck: Encodable, Equatable, Sendable {
    /// The results, in the order of their severity.
    enum Result: String, Encodable, Sendable {
        case ok, warning, problem
    }

    /// The subject, such as `clock`; several findings about one subject have the same name.
    let name: String
    let result: Result
    /// The finding, without the time at its end.
    let finding: String
    /// The remedy; `null` if nothing has to be done.
    @NullWhenNil var hint: String?
    /// The time at the end of the finding.
    var instant: Date?

    private enum CodingKeys: CodingKey {
        case name, result, message, hint
    }

    init(name: String, result: Result, message: String, hint: String?) {
        (self.name, self.result, finding, self.hint) = (name, result, message, hint)
    }

    /// The finding for programs.
    var message: String { [finding, instant.map { RFC3339.string($0) }].compactMap(\.self).joined(separator: " ") }

    /// Returns the finding for people.
    func message(in times: DisplayTimes) -> String {
        [finding, instant.map { times.text($0) }].compactMap(\.self).joined(separator: " ")
    }

    /// Returns the same check with a time at the end of its finding.
    func ending(with instant: Date) -> DoctorCheck {
        var check = self
        check.instant = instant
        return check
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(result, forKey: .result)
        try container.encode(message, forKey: .message)
        try container.encode(_hint, forKey: .hint)
    }

    static func ok(_ name: String, _ message: String) -> DoctorCheck {
        DoctorCheck(name: name, result: .ok, message: message, hint: nil)
    }

    static func warning(_ name: String, _ message: String, hint: String) -> DoctorCheck {
        DoctorCheck(name: name, result: .warning, message: message, hint: hint)
    }

    static func problem(_ name: String, _ message: String, hint: String) -> DoctorCheck {
        DoctorCheck(name: name, result: .problem, message: message, hint: hint)
    }

    /// Describes the failure of a check.
    static func problem(_ name: String, _ error: any Error) -> DoctorCheck {
        let failure = Failure(describing: error)
        let message = [failure.message, failure.reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        return problem(name, message, hint: failure.hint)
    }
}
