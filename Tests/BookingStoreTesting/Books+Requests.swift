public import Booking
public import BookingStore
public import FoundationEssentials

extension Books {
    /// When tests happen unless they say otherwise: 2027-01-02 00:00 UTC, Friday afternoon in Los Angeles.
    public static let now = Date(timeIntervalSince1970: 1_798_848_000)

    /// An instant, as a front desk would type it.
    ///
    /// - Parameters:
    ///   - text: Such as `2027-01-05 10:00`.
    ///   - studio: Whose clock it is read on.
    /// - Returns: The instant.
    /// - Throws: `TimeProblem`.
    public static func instant(_ text: String, at studio: Studio) throws -> Date {
        try TimePhrase.instant(text, clock: studio.clock, now: now)
    }

    /// Asks for a session of somebody who is written down if nobody knows them.
    ///
    /// - Parameters:
    ///   - studio: Where.
    ///   - start: When, on the studio's clock.
    ///   - email: For whom.
    ///   - phone: The person's phone.
    ///   - trainer: With whom; `nil` lets the desk choose.
    ///   - reason: Why soft rules are to be passed over.
    /// - Returns: The request.
    /// - Throws: Where an argument cannot be read.
    public static func request(
        _ studio: Studio, _ start: String, for email: String, phone: String? = nil, with trainer: Trainer? = nil,
        because reason: String? = nil
    ) throws -> BookingRequest {
        let address = try EmailAddress(email)
        var request = BookingRequest(studio: studio, who: .email(address), start: try instant(start, at: studio))
        request.trainer = trainer
        request.newClient = ClientDetails(
            name: try PersonName("New Person"), email: address,
            phone: try phone.map { try PhoneNumber($0, region: studio.region) })
        request.overrideReason = reason
        return request
    }

    /// Books for somebody who is written down if nobody knows them.
    ///
    /// - Parameters:
    ///   - studio: Where.
    ///   - start: When, on the studio's clock.
    ///   - email: For whom.
    ///   - phone: The person's phone.
    ///   - trainer: With whom; `nil` lets the desk choose.
    ///   - reason: Why soft rules are to be passed over.
    /// - Returns: The session.
    /// - Throws: `Refusal`, or `PostgresError`.
    @discardableResult
    public func book(
        _ studio: Studio, _ start: String, for email: String, phone: String? = nil, with trainer: Trainer? = nil,
        because reason: String? = nil
    ) async throws -> Session {
        let request = try Self.request(studio, start, for: email, phone: phone, with: trainer, because: reason)
        return try await desk.book(request, now: Self.now).session
    }
}
