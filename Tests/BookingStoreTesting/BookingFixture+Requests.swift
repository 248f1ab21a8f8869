public import Booking
public import BookingStore
public import FoundationEssentials

extension BookingFixture {
    /// The default current time of tests: 2027-01-02 00:00 UTC, Friday afternoon in Los Angeles.
    public static let now = Date(timeIntervalSince1970: 1_798_848_000)

    /// Returns the instant of a time phrase.
    ///
    /// - Parameters:
    ///   - text: The time phrase, such as `2027-01-05 10:00`.
    ///   - studio: The studio whose time zone is used.
    /// - Returns: The instant.
    /// - Throws: `TimeProblem`.
    public static func instant(_ text: String, at studio: Studio) throws -> Date {
        try TimePhrase.instant(text, in: TimePhraseContext(clock: studio.clock, now: now))
    }

    /// Returns a request for a session; a client who does not exist is created.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - start: The start, in the studio's local time.
    ///   - email: The client's e-mail address.
    ///   - phone: The client's phone number.
    ///   - trainer: The trainer; `nil` means any trainer.
    ///   - reason: The reason for an override of the soft rules.
    /// - Returns: The request.
    /// - Throws: An error if an argument is not valid.
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

    /// Books a session; a client who does not exist is created.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - start: The start, in the studio's local time.
    ///   - email: The client's e-mail address.
    ///   - phone: The client's phone number.
    ///   - trainer: The trainer; `nil` means any trainer.
    ///   - reason: The reason for an override of the soft rules.
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
