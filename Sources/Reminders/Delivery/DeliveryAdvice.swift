/// The advice that the log adds to delivery problems; the user interface words it.
public struct DeliveryAdvice: Sendable {
    /// A delivery problem that needs a decision.
    public enum Problem: Sendable, CaseIterable {
        /// Messages failed permanently.
        case failed
        /// Messages have an unknown delivery status.
        case unknown
        /// Messages are held after a restore of the database.
        case held
        /// Messages are held because a sender's journal is missing.
        case journalMissing
    }

    /// No advice.
    public static let none = DeliveryAdvice { _ in nil }

    private let advice: @Sendable (Problem) -> String?

    /// Creates the advice from a function that returns the advice on a problem; `nil` for none.
    public init(_ advice: @escaping @Sendable (Problem) -> String?) {
        self.advice = advice
    }

    /// Returns a log message with the advice on its problem.
    func message(_ message: String, on problem: Problem) -> String {
        advice(problem).map { "\(message): \($0)" } ?? message
    }
}
