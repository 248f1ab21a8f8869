import Booking
import FoundationEssentials
import Postgres

/// The choice of the trainer for a start: the requested trainer, or the least booked of the free trainers.
struct SlotChoice {
    let connection: Connection
    let studio: Studio
    let trainer: Trainer.ID?
    let start: Date
    let now: Date
    let strictness: SlotRules.Strictness
    var moving: Session.ID?
    /// A trainer who is not chosen.
    var excluded: Trainer.ID?
    /// The candidates, if they were read together with earlier statements.
    private(set) var prefetched: Pending<[TrainerChoice.Offered]>?

    private var slots: SlotRepository { SlotRepository(connection) }

    /// The chosen trainer, and the rules that an override waives.
    struct Choice {
        let trainer: Trainer.ID
        let waived: [Refusal.Rule]
    }

    /// Reads the candidates together with the next statement, if the choice depends on them alone.
    mutating func prefetch() async {
        guard strictness == .all else { return }
        prefetched = await slots.sendCandidates(at: studio, with: trainer, start: start, now: now, moving: moving)
    }

    /// Returns the choice; locks the trainer until the end of the transaction.
    ///
    /// - Throws: ``Refusal`` if no trainer can take the start.
    func choose() async throws -> Choice {
        var prefetched = prefetched
        for _ in 1...3 {
            if let choice = try await lockBestChoice(prefetched) { return choice }
            prefetched = nil
            // A cancellation between the two queries may free a slot. Then there is no refusal, and the choice is
            // repeated.
            if let refusal = try await refusal() { throw refusal }
        }
        throw SlotRuleMismatch()
    }

    private func lockBestChoice(_ prefetched: Pending<[TrainerChoice.Offered]>?) async throws -> Choice? {
        var tried: Set<Trainer.ID> = excluded.map { [$0] } ?? []
        var prefetched = prefetched
        while let best = try await best(except: tried, only: trainer, prefetched) {
            prefetched = nil
            guard trainer == nil else { return best }
            // Only the studio's hours are locked so far. The trainer may have been booked at another studio meanwhile.
            var locks = BookingLocks(actor: "")
            locks.take(trainers: best.trainer)
            await locks.lock(on: connection)
            if let confirmed = try await self.best(except: [], only: best.trainer) { return confirmed }
            tried.insert(best.trainer)
        }
        return nil
    }

    private func best(
        except tried: Set<Trainer.ID>, only trainer: Trainer.ID?, _ prefetched: Pending<[TrainerChoice.Offered]>? = nil
    ) async throws -> Choice? {
        switch strictness {
        case .all:
            let offered =
                if let prefetched { try await prefetched.value() } else {
                    try await slots.candidates(at: studio, with: trainer, start: start, now: now, moving: moving)
                }
            return TrainerChoice.leastBooked(of: offered.filter { !tried.contains($0.id) })
                .map { Choice(trainer: $0.id, waived: []) }
        case .sameTime:
            let candidates = try await slots.facts(at: studio, with: trainer, start: start, now: now, moving: moving)
            return TrainerChoice.leastBooked(
                of: candidates.filter { !tried.contains($0.trainer.id) && refusal(for: $0) == nil }.map {
                    TrainerChoice.Offered(
                        id: $0.trainer.id, handle: $0.trainer.handle, sessionsOnDate: $0.facts.sessionsOnDate)
                }
            ).map { Choice(trainer: $0.id, waived: []) }
        case .hardOnly:
            let candidates = try await slots.facts(at: studio, with: trainer, start: start, now: now, moving: moving)
            let available =
                self.trainer == nil
                ? TrainerChoice.availableUnderOverride(of: candidates) : candidates.filter { refusal(for: $0) == nil }
            return available.first { !tried.contains($0.trainer.id) }.map { candidate in
                Choice(
                    trainer: candidate.trainer.id,
                    waived: SlotRules.waived(for: candidate.facts, slot: slot(candidate.trainer), offer: studio.offer))
            }
        }
    }

    private func refusal() async throws -> Refusal? {
        let candidates = try await slots.facts(
            at: studio, with: trainer, start: start, now: now, moving: moving
        ).filter { $0.trainer.id != excluded }
        guard trainer == nil else { return candidates.first.flatMap { refusal(for: $0) } }
        return TrainerChoice.refusal(
            for: candidates, at: Session.Place(studio), start: "\(start, on: studio.clock)", slot: slot,
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

/// An error for a start that is neither offered nor refused: the listing and the rules differ, which is a bug.
private struct SlotRuleMismatch: Error {}
