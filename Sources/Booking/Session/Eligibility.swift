public import FoundationEssentials

/// The rule that a person has one free introductory session, in all studios, without a time limit.
public enum Eligibility {
    /// An earlier session under any of the person's contacts, except cancelled ones.
    public struct PriorSession: Sendable {
        /// The booking reference.
        public let reference: Reference
        /// The session's status.
        public let status: Session.Status
        /// The start.
        public let startsAt: Date
        /// The studio's clock.
        public let clock: StudioClock
        /// The trainer's name.
        public let trainerName: String
        /// Whether the session was granted with an override.
        public let waived: Bool
        /// Whether the session has ended.
        public let isOver: Bool
        /// The client who has the session.
        public let owner: Client.ID
        /// The name of that client.
        public let ownerName: String
        /// The contacts by which the session was found, in the format of claims: `email:…` or `phone:…`.
        public var shared: [String]

        /// Creates a prior session from its stored parts.
        public init(
            reference: Reference, status: Session.Status, startsAt: Date, clock: StudioClock, trainerName: String,
            waived: Bool, isOver: Bool, owner: Client.ID, ownerName: String, shared: [String]
        ) {
            self.reference = reference
            self.status = status
            self.startsAt = startsAt
            self.clock = clock
            self.trainerName = trainerName
            self.waived = waived
            self.isOver = isOver
            self.owner = owner
            self.ownerName = ownerName
            self.shared = shared
        }

        var start: TimedText { "\(startsAt, on: clock)" }
        var date: TimedText { "\(clock.date(of: startsAt), on: clock)" }
    }

    /// Returns the refusal of a free session, or `nil` if the person is eligible.
    ///
    /// - Parameters:
    ///   - priorSessions: All earlier sessions except cancelled ones, by start.
    ///   - client: The client who requests the session; `nil` for a new person. If another client used the free
    ///     session, the refusal names that client.
    ///   - noShowLimit: The number of no-shows from which a person cannot book again.
    /// - Returns: The refusal, or `nil`.
    public static func refusal(for priorSessions: [PriorSession], of client: Client.ID?, noShowLimit: Int) -> Refusal? {
        // An additional session that an override permitted counts too: the person has had an introductory session.
        if let used = priorSessions.first(where: { $0.status == .attended }) { return alreadyUsed(used, client) }
        if let booked = priorSessions.first(where: { $0.status == .booked && !$0.waived }) {
            return alreadyBooked(booked, client)
        }
        let missed = priorSessions.filter { $0.status == .noShow }
        guard let last = missed.max(by: { $0.startsAt < $1.startsAt }), missed.count >= noShowLimit else {
            return nil
        }
        let count = missed.count == 1 ? "missed a session" : "missed \(missed.count) sessions, the last"
        return Refusal(
            .tooManyNoShows,
            "\(person(last, client)) \(count) on \(last.date) with \(visible(last.trainerName))",
            remedy: .overrideNoShows)
    }

    private static func alreadyUsed(_ used: PriorSession, _ client: Client.ID?) -> Refusal {
        Refusal(
            .introAlreadyUsed,
            "\(person(used, client)) already had the free session on \(used.date) with \(visible(used.trainerName))",
            remedy: .offerMembership)
    }

    private static func alreadyBooked(_ booked: PriorSession, _ client: Client.ID?) -> Refusal {
        let reference = booked.reference
        if booked.isOver {
            return Refusal(
                .introAlreadyBooked,
                "\(person(booked, client)) was booked for \(booked.start) with \(visible(booked.trainerName)), and "
                    + "\(reference) is not marked yet",
                remedy: booked.owner == client ? .markPriorSession(reference) : .overrideSharedContact)
        }
        return Refusal(
            .introAlreadyBooked,
            "\(person(booked, client)) has the free session \(reference) on \(booked.start) with "
                + "\(visible(booked.trainerName))",
            remedy: booked.owner == client ? .movePriorSession(reference) : .overrideSharedContact)
    }

    /// Returns the name of the session's client.
    ///
    /// If it is not the requesting client, the client number and the shared contacts follow.
    private static func person(_ session: PriorSession, _ client: Client.ID?) -> String {
        let name = visible(session.ownerName)
        guard session.owner != client else { return name }
        let kinds = [("phone:", "phone"), ("email:", "e-mail")].filter { kind in
            session.shared.contains { $0.hasPrefix(kind.0) }
        }
        let shared = kinds.isEmpty ? "contact" : kinds.map(\.1).joined(separator: " and ")
        return "\(name) (client \(session.owner.value)), who has the same \(shared),"
    }
}
