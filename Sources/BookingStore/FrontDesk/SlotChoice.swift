import Booking
import FoundationEssentials
import Postgres

/// Finds the trainer who takes a start: the one who was named, or the fairest choice among those who are free.
struct SlotChoice {
    let connection: Connection
    let studio: Studio
    let trainer: Trainer?
    let start: Date
    let now: Date
    let strictness: SlotRules.Strictness
    var moving: Session.ID?

    private var slots: SlotRepository { SlotRepository(connection) }

    /// The trainer who takes a start, and the rules that an override waives for it.
    struct Choice {
        let trainer: Trainer.ID
        let waived: [Refusal.Rule]
    }

    /// The choice; the trainer cannot be booked by anyone else until this transaction is over.
    ///
    /// - Throws: ``Refusal`` where no trainer can take it.
    func choose() async throws -> Choice {
        for _ in 1...3 {
            if let choice = try await lockBestChoice() { return choice }
            // A cancellation may have made room between the two questions; then there is no refusal, and we ask again.
            if let refusal = try await refusal() { throw refusal }
        }
        throw SlotRuleMismatch()
    }

    private func lockBestChoice() async throws -> Choice? {
        var tried: Set<Trainer.ID> = []
        while let best = try await best(except: tried, only: trainer?.id) {
            guard trainer == nil else { return best }
            // So far only the studio's hour is locked: the trainer may have been booked elsewhere a moment ago.
            var work = BookingLocks(actor: "")
            work.take(trainers: best.trainer)
            try await work.lock(on: connection)
            if let still = try await self.best(except: [], only: best.trainer) { return still }
            tried.insert(best.trainer)
        }
        return nil
    }

    private func best(except tried: Set<Trainer.ID>, only trainer: Trainer.ID?) async throws -> Choice? {
        switch strictness {
        case .all:
            let offered = try await slots.candidates(
                at: studio, with: trainer, start: start, now: now, moving: moving)
            return TrainerChoice.leastBooked(of: offered.filter { !tried.contains($0.id) })
                .map { Choice(trainer: $0.id, waived: []) }
        case .hardOnly:
            let candidates = try await slots.facts(at: studio, with: trainer, start: start, now: now, moving: moving)
            let able =
                self.trainer == nil
                ? TrainerChoice.availableUnderOverride(of: candidates) : candidates.filter { refusal(for: $0) == nil }
            return able.first { !tried.contains($0.trainer.id) }.map { candidate in
                Choice(
                    trainer: candidate.trainer.id,
                    waived: SlotRules.waived(for: candidate.facts, slot: slot(candidate.trainer), offer: studio.offer))
            }
        }
    }

    private func refusal() async throws -> Refusal? {
        let candidates = try await slots.facts(at: studio, with: trainer?.id, start: start, now: now, moving: moving)
        guard trainer == nil else { return candidates.first.flatMap { refusal(for: $0) } }
        return TrainerChoice.refusal(
            for: candidates, at: Session.Place(studio), localStart: studio.clock.text(start), slot: slot,
            offer: studio.offer, strictness: strictness)
    }

    private func refusal(for candidate: TrainerChoice.Candidate) -> Refusal? {
        SlotRules.refusal(
            for: candidate.facts, slot: slot(candidate.trainer), offer: studio.offer, strictness: strictness)
    }

    private func slot(_ trainer: Session.TrainerName) -> Slot {
        Slot(startsAt: start, trainer: trainer, studio: Session.Place(studio))
    }
}

/// The listing and the rules do not agree on a start: a bug in Intro.
private struct SlotRuleMismatch: Error {}
