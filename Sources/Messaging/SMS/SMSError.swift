/// The meaning of Twilio's error codes for a text message.
///
/// Each is described at `https://www.twilio.com/docs/api/errors/CODE`; services with the same API use the same codes.
/// For other codes the HTTP status decides.
public enum SMSError: Int, Hashable, Sendable, CaseIterable {
    /// The account or its parent is not active.
    case accountNotActive = 10001
    /// Too many texts between two numbers within 30 seconds.
    case tooManyBetweenTwoNumbers = 14107
    /// The account, the token or its rights are wrong.
    case permissionDenied = 20003
    /// The account is suspended or closed.
    case forbidden = 20403
    /// The account or the address does not exist.
    case notFound = 20404
    /// Too many requests at once; "never processed and always safe to retry".
    case tooManyRequests = 20429
    /// The request failed while it was processed; a retry may send a duplicate.
    case internalServerError = 20500
    /// The service is temporarily unavailable.
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
    /// The recipient has opted out at the service.
    case recipientOptedOut = 21610
    /// The sender's queue holds ten hours of text messages.
    case senderQueueFull = 21611
    /// The sender cannot reach the recipient.
    case recipientNotReachable = 21612
    /// The recipient's number is not a mobile number.
    case recipientNotMobile = 21614
    /// The body is too long.
    case bodyTooLong = 21617
    /// The validity period is not within its bounds.
    case invalidValidityPeriod = 21624
    /// The recipient's number is a landline.
    case recipientIsLandline = 21635
    /// A parameter is too long.
    case parameterTooLong = 21658
    /// The sender is not a number of the service.
    case senderUnknown = 21659
    /// The sender belongs to another account.
    case senderOfAnotherAccount = 21660
    /// The sender cannot send text messages.
    case senderNotCapable = 21661
    /// The Messaging Service does not exist.
    case poolUnknown = 21701
    /// The Messaging Service's identifier is malformed.
    case poolInvalid = 21705
    /// The system is under maintenance.
    case maintenance = 21730
    /// The queue is full.
    case queueOverflow = 30001
    /// The account was suspended before the text message was sent.
    case accountSuspended = 30002
    /// The recipient's phone is unknown to its network.
    case recipientUnknown = 30005
    /// The recipient's number is a landline, or its network is unreachable.
    case landlineOrUnreachable = 30006
    /// The sender's number is not registered for texts from applications (A2P 10DLC).
    case senderNotRegistered = 30034
    /// The account has reached its hourly limit.
    case hourlyLimit = 60728
    /// The account exceeds its sending rate.
    case rateLimit = 63017
    /// The account has reached its daily limit.
    case dailyLimit = 63038
    /// The account or its key is suspended, or lacks the right.
    case authorizationFailed = 70051

    /// The handling of a refused text message.
    enum Category {
        /// The same text message may be accepted later.
        case later
        /// The same text message must not be retried.
        case never
        /// Every text message will be refused until the configuration is corrected.
        case misconfigured
        /// The text message may have been sent.
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

    /// Creates the error of an outcome; `nil` when its code is not one of these.
    ///
    /// - Parameter outcome: The outcome of a text message's delivery.
    public init?(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .rejectedTemporarily(let code, _), .rejectedPermanently(let code, _, _): self.init(rawValue: code)
        case .accepted, .senderRefused, .notSent, .unknown: return nil
        }
    }

    /// Whether the service requests a pause for all text messages.
    public var requestsBackoff: Bool {
        switch self {
        case .tooManyRequests, .serviceUnavailable, .maintenance, .hourlyLimit, .rateLimit, .dailyLimit: true
        default: false
        }
    }

    /// Whether no text message can ever be delivered to the number, so that retries are useless.
    public var isNumberInvalid: Bool {
        switch self {
        case .invalidRecipient, .recipientIsShortCode, .recipientNotMobile, .recipientIsLandline, .recipientUnknown,
            .landlineOrUnreachable:
            true
        default: false
        }
    }
}
