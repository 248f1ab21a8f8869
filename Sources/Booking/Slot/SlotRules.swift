public import FoundationEssentials

/// The state of each rule for one trainer and one start, as read from the database.
public struct SlotFacts: Sendable {
    /// The trainer no longer takes sessions.
    public var retired = false
    /// The start has passed.
    public var inThePast = false
    /// The start is closer than the studio's notice.
    public var tooSoon = false
    /// The start is further ahead than the studio's horizon.
    public var beyondHorizon = false
    /// The reason why the studio is closed at that time; `nil` if it is open.
    public var closedFor: String?
    /// The beginning of that closure.
    public var closedFrom: Date?
    /// The whole session is within the trainer's hours at the studio.
    public var withinHours = true
    /// The trainer's hours at the studio on that date, such as 07:00 to 12:00 and 13:00 to 19:00; empty for none.
    public var hoursThatDay: [ClosedRange<LocalTime>] = []
    /// The other studio where the trainer works that day; `nil` if the trainer is available.
    public var elsewhere: OtherStudio?
    /// The trainer is away during the session.
    public var away = false
    /// The reason of the absence, if one was recorded.
    public var awayFor: String?
    /// The start is a multiple of the slot spacing.
    public var onGrid = true
    /// The trainer has another session, or its turnaround, at that time, or the time is held.
    public var trainerBusy = false
    /// The hold of the trainer's time, if there is one.
    public var trainerHeld: HeldUntil?
    /// The maximum number of sessions on one date; `nil` means no limit.
    public var dailyLimit: Int32?
    /// The trainer's booked and attended sessions on that date.
    public var sessionsOnDate: Int64 = 0
    /// A station is free for the whole session.
    public var stationFree = true
    /// The first hold of a station at that time to expire, if there is one.
    public var stationHeld: HeldUntil?

    /// The studio where a trainer works instead.
    public struct OtherStudio: Sendable {
        /// The name.
        public let name: String
        /// The handle.
        public let handle: String

        /// Creates a studio.
        public init(name: String, handle: String) {
            self.name = name
            self.handle = handle
        }
    }

    /// Creates facts that satisfy every rule.
    public init() {}

    /// The trainer is scheduled at the studio at that time, and present.
    var isAtWork: Bool { withinHours && !away && !retired }
    /// Returns whether the start, though perhaps not the end, is within the trainer's hours.
    func startsWithinHours(_ slot: Slot) -> Bool {
        let time = slot.studio.clock.time(of: slot.startsAt)
        return hoursThatDay.contains { $0.lowerBound <= time && time < $0.upperBound }
    }
    /// The trainer has reached the daily limit on that date.
    var isAtDailyLimit: Bool { dailyLimit.map { sessionsOnDate >= $0 } ?? false }
}

/// The rules for offering a start, in the order in which a front desk would give the reason.
public enum SlotRules {
    /// The set of rules that apply.
    public enum Strictness: Sendable {
        /// All rules.
        case all
        /// Only the rules that cannot be waived.
        ///
        /// Hours, notice, horizon, grid and daily limit are ignored; sessions still cannot overlap.
        case hardOnly
        /// The rules for another trainer at the time that a session has: notice, horizon and grid are ignored.
        case sameTime
    }

    /// The rules that depend only on the time, and not on the trainer.
    public static let timeRules: Set<Refusal.Rule> = [.tooSoon, .beyondHorizon, .notOnGrid]

    /// The refusal of a start by one rule, and whether an override waives it.
    struct Objection {
        let refusal: Refusal
        let isWaivable: Bool

        /// Whether the rule applies.
        func applies(_ strictness: Strictness) -> Bool {
            switch strictness {
            case .all: true
            case .hardOnly: !isWaivable
            case .sameTime: !SlotRules.timeRules.contains(refusal.rule)
            }
        }
    }

    /// Returns the refusal of a start with a trainer, or `nil`.
    ///
    /// - Parameters:
    ///   - facts: The state of each rule.
    ///   - slot: The trainer, studio and start, used in the message.
    ///   - offer: The studio's rules, used in the message.
    ///   - strictness: The rules that apply.
    /// - Returns: The refusal by the first rule that is not satisfied, or `nil`.
    public static func refusal(
        for facts: SlotFacts, slot: Slot, offer: Studio.Offer, strictness: Strictness
    ) -> Refusal? {
        objections(to: slot, facts, offer).first { $0.applies(strictness) }?.refusal
    }

    /// Returns the rules that an override waives for a start with a trainer.
    ///
    /// - Parameters:
    ///   - facts: The state of each rule.
    ///   - slot: The trainer, studio and start.
    ///   - offer: The studio's rules.
    /// - Returns: The rules, in the order in which they would be given as a reason; empty if all are satisfied.
    public static func waived(for facts: SlotFacts, slot: Slot, offer: Studio.Offer) -> [Refusal.Rule] {
        objections(to: slot, facts, offer).filter(\.isWaivable).map(\.refusal.rule)
    }

    /// Returns every rule that is not satisfied; permanent reasons come before those that another time avoids.
    private static func objections(to slot: Slot, _ facts: SlotFacts, _ offer: Studio.Offer) -> [Objection] {
        let trainer = visible(slot.trainer.name)
        let permanent = [retirement(facts, slot), studioClosed(facts, slot)]
        let timing = studioTiming(facts, slot, offer) + [hours(facts, slot, offer), grid(facts, slot, offer)]
        let conflicts: [Objection?] = [
            facts.away
                ? hard(
                    .away, "\(trainer) is away at \(slot.start)\(facts.awayFor.map { ": \(visible($0))" } ?? "")",
                    remedy: .instruction("choose another trainer or another day")) : nil,
            trainerBusy(facts, slot),
            facts.stationFree ? nil : noStation(facts, slot),
        ]
        return (permanent + timing + conflicts + [dailyLimit(facts, slot)]).compactMap { $0 }
    }

    private static func retirement(_ facts: SlotFacts, _ slot: Slot) -> Objection? {
        guard facts.retired else { return nil }
        return hard(
            .trainerRetired, "\(visible(slot.trainer.name)) no longer takes sessions",
            remedy: .instruction("choose another trainer"))
    }

    private static func hours(_ facts: SlotFacts, _ slot: Slot, _ offer: Studio.Offer) -> Objection? {
        guard !facts.withinHours else { return nil }
        let trainer = visible(slot.trainer.name)
        if let elsewhere = facts.elsewhere {
            return hard(
                .outsideHours,
                "\(trainer) works at \(visible(elsewhere.name)), not at \(visible(slot.studio.name)), on "
                    + slot.date,
                remedy: .chooseStudio(
                    Refusal.Remedy.StudioChange(
                        studio: elsewhere.handle, trainer: slot.trainer.handle, present: slot.studio.handle)))
        }
        let hoursText: TimedText =
            facts.hoursThatDay.isEmpty
            ? "does not work that day" : "works \(facts.hoursThatDay, on: slot.studio.clock) that day"
        let problem: TimedText =
            facts.startsWithinHours(slot)
            ? "a session of \(offer.sessionMinutes) minutes at \(slot.start) would end after the hours of \(trainer)"
            : "\(trainer) does not work at \(slot.start)"
        return soft(
            .outsideHours, "\(problem) (\(hoursText))", remedy: .checkTrainerHours(handle: slot.trainer.handle))
    }

    private static func grid(_ facts: SlotFacts, _ slot: Slot, _ offer: Studio.Offer) -> Objection? {
        guard !facts.onGrid else { return nil }
        return soft(
            .notOnGrid,
            "sessions at \(visible(slot.studio.name)) begin every \(offer.slotEveryMinutes) minutes, not at "
                + slot.start,
            remedy: .chooseOfferedStart)
    }

    private static func dailyLimit(_ facts: SlotFacts, _ slot: Slot) -> Objection? {
        guard facts.isAtDailyLimit, let limit = facts.dailyLimit else { return nil }
        let sessions = limit == 1 ? "session" : "sessions"
        return soft(
            .dailyLimit,
            "\(visible(slot.trainer.name)) takes \(limit) \(sessions) a day, and has \(facts.sessionsOnDate) on "
                + slot.date,
            remedy: .chooseDayOrTrainer)
    }

    static func studioClosed(_ facts: SlotFacts, _ slot: Slot) -> Objection? {
        guard let closedFor = facts.closedFor else { return nil }
        let (studio, reason) = (visible(slot.studio.name), visible(closedFor))
        if let closing = facts.closedFrom, closing > slot.startsAt {
            let clock = slot.studio.clock
            let time: TimedText = "\(clock.time(of: closing), on: clock)"
            return hard(
                .studioClosed, "\(studio) closes at \(time), during a session at \(slot.start): \(reason)",
                remedy: .chooseFreeSlot(studio: slot.studio.handle))
        }
        return hard(
            .studioClosed, "\(studio) is closed at \(slot.start): \(reason)",
            remedy: .chooseOpenDay(studio: slot.studio.handle))
    }

    private static func trainerBusy(_ facts: SlotFacts, _ slot: Slot) -> Objection? {
        guard facts.trainerBusy else { return nil }
        let trainer = visible(slot.trainer.name)
        let reason: TimedText? = facts.trainerHeld.map {
            "\(slot.start) with \(trainer) is \($0.text(slot.studio.clock))"
        }
        return hard(
            .slotTaken, reason ?? "\(trainer) has another session at \(slot.start)",
            remedy: .instruction("choose one of the free slots"))
    }

    static func noStation(_ facts: SlotFacts, _ slot: Slot) -> Objection {
        let note: TimedText = facts.stationHeld.map { "; one is \($0.text(slot.studio.clock))" } ?? ""
        return hard(
            .studioFull, "\(visible(slot.studio.name)) has no station left at \(slot.start)\(note)",
            remedy: .instruction("choose one of the free slots"))
    }

    /// Returns the refusals by the studio's rules for how far ahead a start may be.
    static func studioTiming(_ facts: SlotFacts, _ slot: Slot, _ offer: Studio.Offer) -> [Objection?] {
        let (studio, notice) = (visible(slot.studio.name), DurationInput.words(minutes: Int(offer.noticeMinutes)))
        var found: [Objection?] = []
        if facts.inThePast {
            found.append(
                soft(.tooSoon, "\(slot.start) is in the past", remedy: .recordPastSession))
        } else if facts.tooSoon {
            found.append(
                soft(
                    .tooSoon,
                    "\(slot.start) is too soon: \(studio) requires \(notice)\(notice.hasSuffix("s") ? "'" : "'s") notice",
                    remedy: .chooseLaterTime))
        }
        if facts.beyondHorizon {
            found.append(
                soft(
                    .beyondHorizon,
                    "\(slot.start) is too far ahead: \(studio) books "
                        + "\(DurationInput.words(minutes: Int(offer.horizonMinutes))) ahead",
                    remedy: .chooseEarlierTime))
        }
        return found
    }

    /// Returns the refusals by rules of the studio that do not depend on the trainer.
    static func studioObjections(_ facts: SlotFacts, _ slot: Slot, _ offer: Studio.Offer) -> [Objection] {
        ([studioClosed(facts, slot)] + studioTiming(facts, slot, offer) + [grid(facts, slot, offer)])
            .compactMap { $0 }
    }

    private static func hard(_ rule: Refusal.Rule, _ reason: TimedText, remedy: Refusal.Remedy) -> Objection {
        Objection(refusal: Refusal(rule, reason, remedy: remedy), isWaivable: false)
    }

    private static func soft(_ rule: Refusal.Rule, _ reason: TimedText, remedy: Refusal.Remedy) -> Objection {
        Objection(refusal: Refusal(rule, reason, remedy: remedy), isWaivable: true)
    }
}

/// A start that is offered with one trainer.
public struct Slot: Sendable {
    /// The start.
    public let startsAt: Date
    /// The trainer.
    public let trainer: Session.TrainerName
    /// The studio.
    public let studio: Session.Place

    /// Creates a slot.
    public init(startsAt: Date, trainer: Session.TrainerName, studio: Session.Place) {
        self.startsAt = startsAt
        self.trainer = trainer
        self.studio = studio
    }

    /// The start in the studio's local time for programs.
    public var localStart: String { studio.clock.text(startsAt) }

    /// The start in the studio's local time for people.
    public var start: TimedText { "\(startsAt, on: studio.clock)" }

    /// The local date of the start.
    var date: TimedText { "\(studio.clock.date(of: startsAt), on: studio.clock)" }
}
