import Booking
import FoundationEssentials
import Postgres

/// Finds who takes a start: the trainer who was named, or the fairest choice among those who are free.
struct SlotChoice {
    let connection: Connection
    let studio: Studio
    let trainer: Trainer?
    let start: Date
    let now: Date
    let strictness: SlotRules.Strictness
    var moving: Session.ID?

    private var slots: SlotRepository { SlotRepository(connection) }

    /// The trainer, who cannot be booked by anybody else until this transaction is over.
    ///
    /// - Throws: ``Refusal`` where nobody can take it.
    func choose() async throws -> Trainer.ID {
        for _ in 1...3 {
            if let trainer = try await takeFairest() { return trainer }
            // A cancellation may have made room between the two questions; then there is no refusal, and we ask again.
            if let refusal = try await refusal() { throw refusal }
        }
        throw RulesDisagree()
    }

    private func takeFairest() async throws -> Trainer.ID? {
        var tried: Set<Trainer.ID> = []
        while let best = TrainerChoice.fairest(of: try await free(trainer?.id).filter { !tried.contains($0.id) }) {
            guard trainer == nil else { return best.id }
            // Until now only the studio's hour is ours: the trainer may have been booked elsewhere a moment ago.
            var work = Work(actor: "")
            work.take(trainers: best.id)
            try await work.lock(on: connection)
            if try await !free(best.id).isEmpty { return best.id }
            tried.insert(best.id)
        }
        return nil
    }

    private func free(_ trainer: Trainer.ID?) async throws -> [TrainerChoice.Candidate] {
        switch strictness {
        case .all:
            try await slots.candidates(at: studio, with: trainer, start: start, now: now, moving: moving)
        case .hardOnly:
            try await slots.facts(at: studio, with: trainer, start: start, now: now, moving: moving)
                .filter { judge($0.trainer, $0.facts) == nil }
                .map {
                    TrainerChoice.Candidate(id: $0.trainer.id, handle: $0.trainer.handle, thatDay: $0.facts.thatDay)
                }
        }
    }

    private func refusal() async throws -> Refusal? {
        let everybody = try await slots.facts(at: studio, with: trainer?.id, start: start, now: now, moving: moving)
        let refusals = everybody.compactMap { judge($0.trainer, $0.facts) }
        guard everybody.isEmpty else {
            // Somebody against whom nothing speaks can take it.
            return refusals.count == everybody.count ? TrainerChoice.mostTelling(of: refusals) : nil
        }
        return Refusal(
            .outsideHours, "nobody works at \(visible(studio.name)) at \(studio.clock.text(start))",
            hint: "see `intro slots --studio \(studio.handle)`")
    }

    private func judge(_ trainer: Session.TrainerName, _ facts: SlotFacts) -> Refusal? {
        SlotRules.refusal(
            for: facts, slot: Slot(startsAt: start, trainer: trainer, studio: Session.Place(studio)),
            offer: studio.offer, strictness: strictness)
    }
}

/// The listing and the rules do not agree on a start: a bug of ours.
private struct RulesDisagree: Error {}
