/// One free introductory session per person, chain-wide, for life.
public enum Eligibility {
    /// An earlier session of the person, under any of their contacts, that was not cancelled.
    public struct Visit: Sendable {
        /// What people say on the phone.
        public let reference: Reference
        /// What has become of it.
        public let status: Session.Status
        /// When, on the studio's wall clock.
        public let localStart: String
        /// With whom.
        public let trainerName: String
        /// Whether staff granted it as an exception.
        public let waived: Bool

        /// Remembers a visit.
        public init(
            reference: Reference, status: Session.Status, localStart: String, trainerName: String, waived: Bool
        ) {
            self.reference = reference
            self.status = status
            self.localStart = localStart
            self.trainerName = trainerName
            self.waived = waived
        }

        var date: Substring { localStart.prefix(10) }
    }

    /// Judges whether a person may have a free session.
    ///
    /// - Parameters:
    ///   - visits: Every earlier session that was not cancelled.
    ///   - name: The person's name, for the wording.
    ///   - noShowLimit: How often a person may have stayed away and still book again is one less than this.
    /// - Returns: The rule that says no, or `nil`.
    public static func refusal(for visits: [Visit], of name: String, noShowLimit: Int) -> Refusal? {
        let person = visible(name)
        if let used = visits.first(where: { $0.status == .attended }) {
            return Refusal(
                .introAlreadyUsed,
                "\(person) already had the free session on \(used.date) with \(visible(used.trainerName))",
                hint: "offer a membership talk, or grant another with --override REASON")
        }
        if let booked = visits.first(where: { $0.status == .booked && !$0.waived }) {
            return Refusal(
                .introAlreadyBooked,
                "\(person) has the free session \(booked.reference) on \(booked.localStart) with \(visible(booked.trainerName))",
                hint: "move it with `intro reschedule \(booked.reference) --at TIME`")
        }
        let missed = visits.filter { $0.status == .noShow }
        if let last = missed.max(by: { $0.localStart < $1.localStart }), missed.count >= noShowLimit {
            return Refusal(
                .tooManyNoShows,
                "\(person) did not come \(missed.count) times, last on \(last.date) with \(visible(last.trainerName))",
                hint: "let the person come with --override REASON")
        }
        return nil
    }
}
