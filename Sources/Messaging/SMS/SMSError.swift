/// What Twilio's error codes mean for a text.
///
/// Each is described at `https://www.twilio.com/docs/api/errors/CODE`; services that speak the same dialect use the same
/// codes. A code that is not listed here is judged by the HTTP status that it came with.
public enum SMSError: Int, Hashable, Sendable, CaseIterable {
    /// The account or its parent is not active.
    case accountNotActive = 10001
    /// Too many texts between two numbers within 30 seconds.
    case tooManyBetweenTwoNumbers = 14107
    /// Account, token or their rights are wrong.
    case permissionDenied = 20003
    /// The account is suspended or closed.
    case forbidden = 20403
    /// There is no such account, or no such address.
    case notFound = 20404
    /// Too many requests at once; "never processed and always safe to retry".
    case tooManyRequests = 20429
    /// Something broke while the request was worked on; a retry may make a second text.
    case internalServerError = 20500
    /// The service is not available for now.
    case serviceUnavailable = 20503
    /// The recipient's number is not valid.
    case invalidRecipient = 21211
    /// The sender is not valid.
    case invalidSender = 21212
    /// The recipient's number is a short code.
    case recipientIsShortCode = 21265
    /// Recipient and sender are the same.
    case recipientIsSender = 21266
    /// The account may not send to the recipient's country.
    case regionNotEnabled = 21408
    /// The sender is not a number of the account that can send texts.
    case senderNotForDestination = 21606
    /// A trial account sends only to numbers that it has verified.
    case recipientNotVerified = 21608
    /// The recipient has told the service to stop.
    case recipientOptedOut = 21610
    /// The sender has ten hours of texts waiting.
    case senderQueueFull = 21611
    /// The sender cannot reach the recipient.
    case recipientNotReachable = 21612
    /// The recipient's number is not a mobile phone's.
    case recipientNotMobile = 21614
    /// The body is too long.
    case bodyTooLong = 21617
    /// The validity period is not within its bounds.
    case invalidValidityPeriod = 21624
    /// The recipient's number is a landline.
    case recipientIsLandline = 21635
    /// A parameter is too long.
    case parameterTooLong = 21658
    /// The sender is no number of the service.
    case senderUnknown = 21659
    /// The sender belongs to another account.
    case senderOfAnotherAccount = 21660
    /// The sender cannot send texts.
    case senderNotCapable = 21661
    /// There is no such Messaging Service.
    case poolUnknown = 21701
    /// The Messaging Service's identifier is malformed.
    case poolInvalid = 21705
    /// The system is being maintained.
    case maintenance = 21730
    /// The queue is full.
    case queueOverflow = 30001
    /// The account was suspended before the text went out.
    case accountSuspended = 30002
    /// The recipient's phone is not known to its network.
    case recipientUnknown = 30005
    /// The recipient's number is a landline, or its network cannot be reached.
    case landlineOrUnreachable = 30006
    /// The sender's number is not registered for texts from applications (A2P 10DLC).
    case senderNotRegistered = 30034
    /// The account has sent as many texts as it may in an hour.
    case hourlyLimit = 60728
    /// The account sends faster than it may.
    case rateLimit = 63017
    /// The account has sent as many texts as it may in a day.
    case dailyLimit = 63038
    /// The account or its key is suspended, or lacks the right.
    case authorizationFailed = 70051

    /// What to do about a text that was refused.
    enum Category {
        /// The same text may be accepted later.
        case later
        /// The same text must not be tried again.
        case never
        /// Every text would fare the same until the configuration is corrected.
        case misconfigured
        /// The text may have gone out.
        case unknown
    }

    var category: Category {
        switch self {
        case .tooManyBetweenTwoNumbers, .tooManyRequests, .serviceUnavailable, .senderQueueFull, .maintenance,
            .queueOverflow, .hourlyLimit, .rateLimit, .dailyLimit:
            .later
        case .invalidRecipient, .recipientIsShortCode, .recipientIsSender, .regionNotEnabled, .recipientNotVerified,
            .recipientOptedOut, .recipientNotReachable, .recipientNotMobile, .bodyTooLong,
            .invalidValidityPeriod, .recipientIsLandline, .parameterTooLong, .recipientUnknown, .landlineOrUnreachable:
            .never
        case .accountNotActive, .permissionDenied, .forbidden, .notFound, .invalidSender, .senderUnknown,
            .senderNotForDestination, .senderOfAnotherAccount, .senderNotCapable, .senderNotRegistered, .poolUnknown,
            .poolInvalid, .accountSuspended,
            .authorizationFailed:
            .misconfigured
        case .internalServerError:
            .unknown
        }
    }

    /// The error behind an outcome, when its code is one of these.
    ///
    /// - Parameter outcome: How the delivery of a text ended.
    public init?(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .rejectedTemporarily(let code, _), .rejectedPermanently(let code, _, _): self.init(rawValue: code)
        case .accepted, .senderRefused, .notSent, .unknown: return nil
        }
    }

    /// Whether the service itself asks to be left alone for a while, so that the next text would fare no better.
    public var requestsBackoff: Bool {
        switch self {
        case .tooManyRequests, .serviceUnavailable, .maintenance, .hourlyLimit, .rateLimit, .dailyLimit: true
        default: false
        }
    }

    /// Whether no text to the number will ever arrive, so that it is not worth trying again.
    public var isNumberInvalid: Bool {
        switch self {
        case .invalidRecipient, .recipientIsShortCode, .recipientNotMobile, .recipientIsLandline, .recipientUnknown,
            .landlineOrUnreachable:
            true
        default: false
        }
    }
}
