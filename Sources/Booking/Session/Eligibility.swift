/// One free introductory session per person, chain-wide, for life.
public enum Eligibility {
    /// An earlier session under any of the person's contacts that was not cancelled.
    public struct PriorSession: Sendable {
        /// The booking reference.
        public let reference: Reference
        /// The session's status.
        public let status: Session.Status
        /// The start on the studio's wall clock.
        public let localStart: String
        /// The trainer's name.
        public let trainerName: String
        /// Whether staff granted it as an exception.
        public let waived: Bool
        /// Whether its time has passed.
        public let isOver: Bool
        /// The client whose session it is.
        public let owner: Client.ID
        /// That client's name.
        public let ownerName: String
        /// The contacts by which it was found, as claims have them: `email:…` or `phone:…`.
        public let shared: [String]

        /// Creates a visit from its stored parts.
        public init(
            reference: Reference, status: Session.Status, localStart: String, trainerName: String, waived: Bool,
            isOver: Bool, owner: Client.ID, ownerName: String, shared: [String]
        ) {
            self.reference = reference
            self.status = status
            self.localStart = localStart
            self.trainerName = trainerName
            self.waived = waived
            self.isOver = isOver
            self.owner = owner
            self.ownerName = ownerName
            self.shared = shared
        }

        var date: Substring { localStart.prefix(10) }
    }

    /// Judges whether a person may have a free session.
    ///
    /// - Parameters:
    ///   - priorSessions: Every earlier session that was not cancelled, by start.
    ///   - client: The person who wants to book; `nil` is somebody who is not a client yet. A refusal because of another person's session names that person.
    ///   - noShowLimit: The number of no-shows after which a person may not book again.
    /// - Returns: The rule that objects, or `nil`.
    public static func refusal(for priorSessions: [PriorSession], of client: Client.ID?, noShowLimit: Int) -> Refusal? {
        if let used = priorSessions.first(where: { $0.status == .attended }) { return alreadyUsed(used, client) }
        if let booked = priorSessions.first(where: { $0.status == .booked && !$0.waived }) {
            return alreadyBooked(booked, client)
        }
        let missed = priorSessions.filter { $0.status == .noShow }
        guard let last = missed.max(by: { $0.localStart < $1.localStart }), missed.count >= noShowLimit else {
            return nil
        }
        let times = missed.count == 1 ? "once" : "\(missed.count) times"
        return Refusal(
            .tooManyNoShows,
            "\(person(last, client)) did not come \(times), last on \(last.date) with \(visible(last.trainerName))",
            hint: "book anyway with --override REASON")
    }

    private static func alreadyUsed(_ used: PriorSession, _ client: Client.ID?) -> Refusal {
        Refusal(
            .introAlreadyUsed,
            "\(person(used, client)) already had the free session on \(used.date) with \(visible(used.trainerName))",
            hint: "offer a membership consultation, or grant another with --override REASON")
    }

    private static func alreadyBooked(_ booked: PriorSession, _ client: Client.ID?) -> Refusal {
        let reference = booked.reference
        if booked.isOver {
            return Refusal(
                .introAlreadyBooked,
                "\(person(booked, client)) was booked for \(booked.localStart) with \(visible(booked.trainerName)), and "
                    + "\(reference) is not marked yet",
                hint: booked.owner == client
                    ? "mark it first: `intro attend \(reference)` or `intro no-show \(reference)`"
                    : sharedHint)
        }
        return Refusal(
            .introAlreadyBooked,
            "\(person(booked, client)) has the free session \(reference) on \(booked.localStart) with "
                + visible(booked.trainerName),
            hint: booked.owner == client ? "move it with `intro reschedule \(reference) --at TIME`" : sharedHint)
    }

    private static let sharedHint =
        "people who share an e-mail or a phone have one free session; grant another with --override REASON"

    /// Names the person whose session it is, and what they share with the client where it is another person.
    private static func person(_ visit: PriorSession, _ client: Client.ID?) -> String {
        let name = visible(visit.ownerName)
        guard visit.owner != client else { return name }
        let kinds = [("phone:", "phone"), ("email:", "e-mail")].filter { kind in
            visit.shared.contains { $0.hasPrefix(kind.0) }
        }
        let what = kinds.isEmpty ? "contact" : kinds.map(\.1).joined(separator: " and ")
        return "\(name) (client \(visit.owner.value)), who has the same \(what),"
    }
}
