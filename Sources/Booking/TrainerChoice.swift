/// Who takes a session when nobody was named.
public enum TrainerChoice {
    /// A trainer who is free then.
    public struct Candidate: Sendable {
        /// The key in the database.
        public let id: Trainer.ID
        /// What people type.
        public let handle: String
        /// Booked and attended sessions on that date.
        public let thatDay: Int64

        /// Names a candidate.
        public init(id: Trainer.ID, handle: String, thatDay: Int64) {
            self.id = id
            self.handle = handle
            self.thatDay = thatDay
        }
    }

    /// The candidate with the fewest sessions that day; among equals the first by handle.
    public static func fairest(of candidates: [Candidate]) -> Candidate? {
        candidates.min { ($0.thatDay, $0.handle) < ($1.thatDay, $1.handle) }
    }

    /// Which of several trainers' refusals tells most, where nobody is free: being taken says more than not working.
    public static func mostTelling(of refusals: [Refusal]) -> Refusal? {
        let order: [Refusal.Rule] = [
            .studioClosed, .tooSoon, .beyondHorizon, .notOnGrid, .slotTaken, .studioFull, .dailyLimit, .away,
            .outsideHours, .trainerRetired,
        ]
        func rank(_ refusal: Refusal) -> Int { order.firstIndex(of: refusal.rule) ?? order.count }
        return refusals.min { rank($0) < rank($1) }
    }
}
