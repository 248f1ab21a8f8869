/// The choice of a trainer for a session if the request names none.
public enum TrainerChoice {
    /// A trainer of the studio, and the state of each rule for the start.
    public struct Candidate: Sendable {
        /// The trainer.
        public let trainer: Session.TrainerName
        /// The state of each rule.
        public let facts: SlotFacts

        /// Creates a candidate.
        public init(trainer: Session.TrainerName, facts: SlotFacts) {
            self.trainer = trainer
            self.facts = facts
        }

        /// The rank under an override: below the daily limit first, then fewer sessions that day, then the handle.
        fileprivate var rank: (Int, Int64, String) {
            (facts.isAtDailyLimit ? 1 : 0, facts.sessionsOnDate, trainer.handle)
        }
    }

    /// A trainer with whom a start is offered.
    public struct Offered: Sendable {
        /// The primary key.
        public let id: Trainer.ID
        /// The handle, which people type.
        public let handle: String
        /// The number of booked and attended sessions and unexpired holds on that date.
        public let sessionsOnDate: Int64

        /// Creates an offered trainer.
        public init(id: Trainer.ID, handle: String, sessionsOnDate: Int64) {
            self.id = id
            self.handle = handle
            self.sessionsOnDate = sessionsOnDate
        }
    }

    /// Returns the trainer with the fewest sessions that day; of several, the first by handle.
    public static func leastBooked(of offered: [Offered]) -> Offered? {
        offered.min { ($0.sessionsOnDate, $0.handle) < ($1.sessionsOnDate, $1.handle) }
    }

    /// Returns the trainers who can take a session at a start under an override, best first.
    ///
    /// An override waives the studio's rules about notice, horizon and grid, and the daily limit. A
    /// trainer outside working hours is selected only by name.
    ///
    /// - Parameter candidates: The trainers of the studio.
    /// - Returns: The trainers who are at work and free: below their daily limit first, then by sessions that day, then
    ///   by handle.
    public static func availableUnderOverride(of candidates: [Candidate]) -> [Candidate] {
        candidates
            .filter { candidate in
                let facts = candidate.facts
                return facts.isAtWork && !facts.trainerBusy && facts.stationFree && facts.closedFor == nil
            }
            .sorted { $0.rank < $1.rank }
    }

    /// Returns the refusal if no trainer can take a session at a start.
    ///
    /// If several rules apply, the refusal states the first of: the studio's rules, no trainer at work, no station free,
    /// no trainer free, the daily limit.
    ///
    /// - Parameters:
    ///   - candidates: The trainers with hours at the studio, including retired ones.
    ///   - studio: The studio.
    ///   - start: The start in the studio's local time.
    ///   - slot: Creates the slot of a trainer, used in the message.
    ///   - offer: The studio's rules.
    ///   - strictness: The rules that apply.
    /// - Returns: The refusal, or `nil` if a trainer can take it.
    public static func refusal(
        for candidates: [Candidate], at studio: Session.Place, start: TimedText, slot: (Session.TrainerName) -> Slot,
        offer: Studio.Offer, strictness: SlotRules.Strictness
    ) -> Refusal? {
        let name = visible(studio.name)
        let active = candidates.filter { !$0.facts.retired }
        guard let first = active.first else { return noTrainer(at: studio, retired: candidates) }
        let objections = SlotRules.studioObjections(first.facts, slot(first.trainer), offer)
        if let objection = objections.first(where: { $0.applies(strictness) }) {
            return objection.refusal
        }
        let atWork = active.filter(\.facts.isAtWork)
        guard !atWork.isEmpty else {
            let lasting = active.contains { !$0.facts.withinHours && $0.facts.startsWithinHours(slot($0.trainer)) }
            return noTrainerAtWork(
                active, at: studio, start, strictness, minutes: lasting ? offer.sessionMinutes : nil)
        }
        guard first.facts.stationFree else { return SlotRules.noStation(first.facts, slot(first.trainer)).refusal }
        let free = atWork.filter { !$0.facts.trainerBusy }
        guard !free.isEmpty else {
            return noTrainerFree(atWork, at: studio, start)
        }
        guard strictness != .hardOnly, free.allSatisfy(\.facts.isAtDailyLimit) else { return nil }
        return Refusal(
            .dailyLimit,
            "no trainer is free at \(name) at \(start): every free trainer has reached the daily limit",
            remedy: .chooseDay)
    }

    private static func noTrainer(at studio: Session.Place, retired: [Candidate]) -> Refusal {
        let name = visible(studio.name)
        guard !retired.isEmpty else {
            return Refusal(.outsideHours, "no trainer has working hours at \(name) yet", remedy: .setTrainerHours)
        }
        let names = retired.map { visible($0.trainer.name) }.joined(separator: ", ")
        return Refusal(
            .outsideHours,
            "no active trainer works at \(name): \(names) no longer \(retired.count == 1 ? "takes" : "take") sessions",
            remedy: .assignTrainer(studio: studio.handle))
    }

    private static func noTrainerFree(
        _ atWork: [Candidate], at studio: Session.Place, _ start: TimedText
    ) -> Refusal {
        let held: [TimedText] = atWork.compactMap { candidate in
            candidate.facts.trainerHeld.map { "\(visible(candidate.trainer.name)) is \($0.text(studio.clock))" }
        }
        let reason = held.isEmpty ? "every trainer at work has a session" : TimedText(joining: held, with: ", ")
        return Refusal(
            .slotTaken, "no trainer is free at \(visible(studio.name)) at \(start): \(reason)",
            hint: "choose one of the free slots")
    }

    /// Returns the refusal of a start at which no trainer works, or, with the duration of a session in minutes, none until
    /// the end of the session.
    private static func noTrainerAtWork(
        _ candidates: [Candidate], at studio: Session.Place, _ start: TimedText, _ strictness: SlotRules.Strictness,
        minutes: Int32?
    ) -> Refusal {
        // Only a trainer requested by name can be booked outside working hours.
        let canBeRequested = candidates.contains { candidate in
            let facts = candidate.facts
            return !facts.withinHours && facts.elsewhere == nil && !facts.away && !facts.trainerBusy
        }
        let away = candidates.filter { $0.facts.withinHours && $0.facts.away }.map { visible($0.trainer.name) }
        let note = away.isEmpty ? "" : " (\(away.joined(separator: ", ")) \(away.count == 1 ? "is" : "are") away)"
        let length = minutes.map { " for all \($0) minutes of a session" } ?? ""
        return Refusal(
            .outsideHours, "no trainer works at \(visible(studio.name)) at \(start)\(length)\(note)",
            remedy: strictness == .hardOnly && canBeRequested
                ? .requestTrainer(studio: studio.handle) : .chooseFreeSlot(studio: studio.handle))
    }
}
