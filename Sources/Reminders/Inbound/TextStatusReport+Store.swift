public import Booking
public import BookingStore
public import Messaging

extension TextStatuses.Report {
    /// What a service's report means for the ledger and the suppression list.
    ///
    /// A number that is out of reach for a while (30003) or a text that a filter has stopped (30007) says nothing of the
    /// number.
    ///
    /// - Parameters:
    ///   - report: What the service reports.
    ///   - recipient: The number that the text was sent to, where the report has one.
    public init(_ report: TextStatusReport, to recipient: PhoneNumber?) {
        let progress: TextDelivery.Report =
            switch report.progress {
            case .underway: .underway
            case .delivered: .delivered
            case .failed: .failed
            }
        self.init(
            providerID: report.id, progress: progress, detail: report.words,
            suppression: progress == .failed ? report.error?.suppression : nil, recipient: recipient)
    }
}
