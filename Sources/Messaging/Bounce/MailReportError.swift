/// Mail that cannot be read as a report about mail of ours.
public enum MailReportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The mail is longer than `MailReport.maximumOctets`.
    case tooLong
    /// The mail has neither a delivery status nor a feedback report in it.
    case notAReport
    /// The mail ends before the report does, so that its last words may be the wrong ones.
    case cutOff
    /// The report names no address that mail of ours could have gone to.
    case noRecipient
    /// The report is feedback of another kind than a complaint.
    case notAComplaint

    /// What is wrong with the mail, why, and what to do.
    public var description: String {
        switch self {
        case .tooLong:
            "The mail is not read: it is longer than \(MailReport.maximumOctets / 1_048_576) MB, and no report is. "
                + "Have the mail server return headers only."
        case .notAReport:
            "The mail is no report: it holds neither a delivery status (RFC 3464) nor a feedback report (RFC 5965). "
                + "It may be an automatic answer; let a person read it."
        case .cutOff:
            "The report is cut off: it ends within what it says about a recipient. Hand over the whole mail."
        case .noRecipient:
            "The report says nothing about anybody: it names no recipient in a form that mail could go to. "
                + "Let a person read it."
        case .notAComplaint:
            "The report is no complaint: its kind of feedback says nothing about what a recipient wants. "
                + "Nothing needs to be done."
        }
    }
}
