/// What becomes of a sent text when its service reports on it.
///
/// Reports arrive in any order and more than once. What counts most wins: a delivery over a failure, a failure over
/// anything that says nothing of the arrival.
public enum TextDelivery {
    /// What the service reports.
    public enum Report: Hashable, Sendable {
        /// It has the text, or has passed it on.
        case underway
        /// The text has arrived.
        case delivered
        /// The text will not arrive.
        case failed
    }

    /// What the ledger says of the text.
    public enum Status: String, Sendable, CaseIterable {
        /// It was not handed over yet, or is to be once more.
        case queued
        /// It is being handed over.
        case attempting
        /// The service has taken it.
        case sent
        /// It did not arrive.
        case failed
        /// Nobody knows.
        case unknown
        /// It was not sent.
        case skipped
    }

    /// What changes in the ledger.
    public enum Change: Hashable, Sendable {
        /// Nothing.
        case none
        /// The service has taken it after all.
        case sent
        /// It has arrived; `after` tells that it was taken for failed before.
        case delivered(afterFailure: Bool)
        /// It did not arrive.
        case failed
    }

    /// Returns what a report changes.
    ///
    /// - Parameters:
    ///   - status: What the ledger says of the text.
    ///   - isDelivered: Whether it is known to have arrived.
    ///   - report: What the service reports.
    /// - Returns: What changes.
    public static func change(of status: Status, isDelivered: Bool, by report: Report) -> Change {
        switch (report, status) {
        case (_, .queued), (_, .attempting), (_, .skipped): .none
        case (.underway, .unknown): .sent
        case (.underway, _): .none
        case (.delivered, _): isDelivered ? .none : .delivered(afterFailure: status == .failed)
        case (.failed, .failed): .none
        case (.failed, _): isDelivered ? .none : .failed
        }
    }
}
