import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

/// A chain in a database and in the model.
///
/// Every operation is done on both, and the results are compared.
struct ModelComparison {
    private(set) var model: SlotModel
    private let fixture: BookingFixture
    private let studios: [Studio]
    private let trainers: [Trainer]
    private var references: [Reference] = []
    private var people = 0

    private var now: Date { Date(timeIntervalSince1970: Double(model.chain.now)) }

    init(_ chain: RandomChain, in fixture: BookingFixture) async throws {
        model = try SlotModel(chain)
        self.fixture = fixture
        var studios: [Studio] = []
        for (index, studio) in chain.studios.enumerated() {
            studios.append(try await fixture.open(studio, as: "studio-\(index)-\(chain.seed)"))
        }
        var trainers: [Trainer] = []
        for trainer in chain.trainers { trainers.append(try await fixture.addTrainer(trainer, at: studios)) }
        self.studios = studios
        self.trainers = trainers
    }

    /// Books a session, or makes a dry run.
    mutating func book(
        _ start: Int, with trainer: Int?, at studio: Int, override: Bool = false, isDryRun: Bool = false
    ) async throws {
        people += 1
        let email = try EmailAddress("person-\(people)-\(model.chain.seed)@example.com")
        var request = BookingRequest(studio: studios[studio], who: .email(email), start: instant(start))
        request.trainer = trainer.map { trainers[$0] }
        request.newClient = ClientDetails(name: try PersonName("Person"), email: email, phone: nil)
        request.overrideReason = override ? "as the property wants it" : nil
        request.isDryRun = isDryRun
        let violated = violated(start, trainer, studio, override)
        let expected =
            trainer == nil ? model.choice(start, at: studio, override: override) : violated.isEmpty ? trainer : nil
        do {
            let session = try await fixture.desk.book(request, now: now).session
            #expect(session.trainer.handle == expected.map { trainers[$0].handle.text }, note(session.localStart))
            guard !isDryRun, let expected else { return }
            #expect(model.place(start, with: expected, at: studio) != nil, note("a station is free"))
            references.append(session.reference)
        } catch let refusal as Refusal {
            #expect(expected == nil, note(refusal.message))
            #expect(violated.contains(refusal.rule), note(refusal.message))
        }
    }

    /// Moves a booking, and expects a refusal if a rule is violated.
    mutating func move(_ booking: Int, to start: Int, with trainer: Int?, override: Bool) async throws {
        let old = model.chain.bookings[booking]
        let trainer = trainer ?? old.trainer
        var violated = model.violations(start, with: trainer, at: old.studio, moving: booking)
        if override { violated = model.hardViolations(start, with: trainer, at: old.studio, moving: booking) }
        let isUnchanged = start == old.start && trainer == old.trainer
        if isUnchanged { violated = [] }
        if hasBegun(booking) { violated = [.notChangeable] }
        do {
            let result = try await fixture.desk.reschedule(
                references[booking], to: instant(start), with: trainers[trainer],
                overrideReason: override ? "as the property wants it" : nil, now: now)
            #expect(violated.isEmpty && result.session.startsAt == instant(start), note("\(violated)"))
            #expect(result.changed != isUnchanged, note("moved"))
            if isUnchanged { return }
            #expect(
                model.place(start, with: trainer, at: old.studio, moving: booking) != nil, note("a station is free"))
        } catch let refusal as Refusal {
            #expect(violated.contains(refusal.rule), note(refusal.message))
        }
    }

    /// Marks or cancels a booking.
    mutating func end(_ booking: Int, as status: RandomChain.Booking.Status) async throws {
        switch status {
        case .attended: _ = try await fixture.desk.close(references[booking], as: .attended)
        case .noShow: _ = try await fixture.desk.close(references[booking], as: .noShow)
        case .cancelled where !hasBegun(booking):
            _ = try await fixture.desk.cancel(references[booking], reason: nil, now: now)
        case .booked, .cancelled: return
        }
        model.end(booking, as: status)
    }

    /// Returns the offered slots in the window, from the database.
    func open(at studio: Int) async throws -> Set<Offered> {
        let (window, now, place) = (model.chain.window, now, studios[studio])
        let (from, until) = (instant(window.lowerBound), instant(window.upperBound))
        let slots = try await fixture.database.withConnection {
            try await SlotRepository($0).open(at: place, from: from, until: until, now: now, limit: 100_000)
        }
        let offered = slots.map {
            Offered(start: Int($0.startsAt.timeIntervalSince1970) / 60, trainer: $0.trainer.handle)
        }
        #expect(Set(offered).count == offered.count, note("no slot is listed twice"))
        return Set(offered)
    }

    /// Returns the stations that the database assigned, by booking.
    func stations() async throws -> [Int] {
        let rows = try await fixture.database.query("SELECT reference, station FROM session")
        let stations = Dictionary(uniqueKeysWithValues: try rows.decode((String, Int16).self))
        return references.map { Int(stations[$0.code] ?? 0) }
    }

    /// Returns the rules that a start violates for a trainer, or the rule that refuses a start without a trainer.
    private func violated(_ start: Int, _ trainer: Int?, _ studio: Int, _ override: Bool) -> Set<Refusal.Rule> {
        guard let trainer else {
            return Set([model.refusal(start, at: studio, override: override)].compactMap { $0 })
        }
        return override
            ? model.hardViolations(start, with: trainer, at: studio)
            : model.violations(start, with: trainer, at: studio)
    }

    private func hasBegun(_ booking: Int) -> Bool {
        model.chain.bookings[booking].start * 60 <= model.chain.now
    }

    /// Returns a comment with the seed of the chain, which reproduces it.
    func note(_ text: String) -> Comment { "chain \(model.chain.seed): \(text)" }

    private func instant(_ minute: Int) -> Date { Date(timeIntervalSince1970: Double(minute * 60)) }
}
