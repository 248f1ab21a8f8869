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
    /// The finding.
    let message: String
    /// The remedy; `null` if nothing has to be done.
    @NullWhenNil var hint: String?
    /// The time in the message, which is written for programs there.
    var instant: Date?

    private enum CodingKeys: CodingKey {
        case name, result, message, hint
    }

    /// Returns the message with its time in a form for people.
    func message(in times: DeskTimes) -> String {
        guard let instant else { return message }
        return message.replacing(RFC3339.string(instant), with: times.text(instant))
    }

    /// Returns the same check with the time that its message contains.
    func naming(_ instant: Date) -> DoctorCheck {
        var check = self
        check.instant = instant
        return check
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
