/// What each rule says of one trainer and one start, as the database found it.
public struct SlotFacts: Sendable {
    /// The trainer gives no sessions any more.
    public var retired = false
    /// The start is less than the notice ahead.
    public var tooSoon = false
    /// The start is more than the horizon ahead.
    public var beyondHorizon = false
    /// Why the studio is closed then; `nil` while it is open.
    public var closedFor: String?
    /// The whole session lies in the trainer's hours.
    public var withinHours = true
    /// The trainer is away during the session.
    public var away = false
    /// The start is a multiple of the slot spacing.
    public var onGrid = true
    /// The trainer has another session or its turnaround then.
    public var trainerBusy = false
    /// Most sessions on one date; `nil` is no limit.
    public var dailyLimit: Int32?
    /// Booked and attended sessions of the trainer on that date.
    public var thatDay: Int64 = 0
    /// Some station is free for all of it.
    public var stationFree = true

    /// A start that nothing speaks against.
    public init() {}
}

/// The rules by which a start is offered, in the order in which a front desk would give the reason.
public enum SlotRules {
    /// Which rules an actor may pass over.
    public enum Strictness: Sendable {
        /// Every rule counts.
        case all
        /// Hours, notice, horizon, grid and daily limit are passed over; nothing can overlap all the same.
        case hardOnly
    }

    /// Judges one trainer and one start.
    ///
    /// - Parameters:
    ///   - facts: What the database found.
    ///   - slot: Who, where and when, for the wording.
    ///   - offer: The studio's rules, for the wording.
    ///   - strictness: Which rules count.
    /// - Returns: The first rule that says no, or `nil`.
    public static func refusal(
        for facts: SlotFacts, slot: Slot, offer: Studio.Offer, strictness: Strictness
    ) -> Refusal? {
        let hard = hardRefusal(for: facts, slot: slot)
        guard strictness == .all else { return hard }
        // A reason that will not go away comes before one that another day may mend.
        if let hard, [.trainerRetired, .studioClosed].contains(hard.rule) { return hard }
        return timingRefusal(for: facts, slot: slot, offer: offer) ?? hard ?? dailyRefusal(for: facts, slot: slot)
    }

    private static func hardRefusal(for facts: SlotFacts, slot: Slot) -> Refusal? {
        let trainer = visible(slot.trainer.name)
        if facts.retired {
            return Refusal(
                .trainerRetired, "\(trainer) gives no sessions any more",
                hint: "leave --trainer out, and a free trainer is chosen")
        }
        if let reason = facts.closedFor {
            return Refusal(
                .studioClosed, "\(visible(slot.studio.name)) is closed at \(slot.localStart): \(visible(reason))",
                hint: "choose another day: `intro slots --studio \(slot.studio.handle)`")
        }
        if facts.away {
            return Refusal(
                .away, "\(trainer) is away at \(slot.localStart)",
                hint: "leave --trainer out, or choose another day")
        }
        if facts.trainerBusy {
            return Refusal(
                .slotTaken, "\(trainer) has another session at \(slot.localStart)",
                hint: "take one of the slots that are free")
        }
        if !facts.stationFree {
            return Refusal(
                .studioFull, "every station of \(visible(slot.studio.name)) is in use at \(slot.localStart)",
                hint: "take one of the slots that are free")
        }
        return nil
    }

    private static func timingRefusal(for facts: SlotFacts, slot: Slot, offer: Studio.Offer) -> Refusal? {
        if facts.tooSoon {
            return Refusal(
                .tooSoon,
                "\(slot.localStart) is too soon: \(visible(slot.studio.name)) wants "
                    + "\(DurationInput.text(minutes: Int(offer.noticeMinutes))) of notice",
                hint: "choose a later time, or pass --override REASON")
        }
        if facts.beyondHorizon {
            return Refusal(
                .beyondHorizon,
                "\(slot.localStart) is too far ahead: \(visible(slot.studio.name)) books "
                    + "\(DurationInput.text(minutes: Int(offer.horizonMinutes))) ahead",
                hint: "choose an earlier time, or pass --override REASON")
        }
        if !facts.withinHours {
            return Refusal(
                .outsideHours, "\(visible(slot.trainer.name)) does not work at \(slot.localStart)",
                hint: "see `intro trainer hours \(slot.trainer.handle)`, or pass --override REASON")
        }
        if !facts.onGrid {
            return Refusal(
                .notOnGrid,
                "sessions at \(visible(slot.studio.name)) begin every \(offer.slotEveryMinutes) minutes, not at "
                    + slot.localStart,
                hint: "choose a start from `intro slots`, or pass --override REASON")
        }
        return nil
    }

    private static func dailyRefusal(for facts: SlotFacts, slot: Slot) -> Refusal? {
        guard let limit = facts.dailyLimit, facts.thatDay >= limit else { return nil }
        return Refusal(
            .dailyLimit,
            "\(visible(slot.trainer.name)) gives \(limit) sessions a day, and has \(facts.thatDay) on "
                + slot.localStart.prefix(10),
            hint: "choose another day or trainer, or pass --override REASON")
    }
}
