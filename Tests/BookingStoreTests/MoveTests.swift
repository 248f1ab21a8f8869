import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Moving, cancelling and marking sessions")
struct MoveTests {
    @Test("a move keeps the reference, increments the revision, and frees the old slot")
    func move() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let before = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            let after = try await fixture.move(before, to: "2027-01-06 11:30", at: studio)
            #expect(after.reference == before.reference && after.client == before.client)
            #expect(after.revision == 2 && after.localStart == "2027-01-06 11:30 PST")
            #expect(after.endsAt.timeIntervalSince(after.startsAt) == 20 * 60)
            try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: maria)
            await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-06 11:30", for: "eve@example.com", with: maria)
            }
        }
    }

    @Test("a move ignores the session's own time, station and daily limit")
    func ownTime() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.slotEveryMinutes = 10 }
            let maria = try await fixture.addTrainer(dailyLimit: 1)
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(try await fixture.move(session, to: "2027-01-05 10:10", at: studio).revision == 2)
            #expect(try await fixture.move(session, to: "2027-01-05 10:00", at: studio).revision == 3)
        }
    }

    @Test("a move keeps the trainer unless another is named, and is refused if the trainer is busy")
    func trainers() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let maria = try await fixture.addTrainer("maria")
            let james = try await fixture.addTrainer("james")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(try await fixture.move(session, to: "2027-01-05 12:00", at: studio).trainer.handle == "maria")
            #expect(
                try await fixture.move(session, to: "2027-01-05 12:00", at: studio, with: james).trainer.handle
                    == "james"
            )
            try await fixture.book(studio, "2027-01-05 14:00", for: "ben@example.com", with: james)
            let refusal = await expectRefusal(.slotTaken) {
                try await fixture.move(session, to: "2027-01-05 14:00", at: studio)
            }
            #expect(refusal?.alternatives.count == 3)
            #expect(refusal?.alternatives.allSatisfy { $0.trainer.handle == "james" } == true)
            // The refused move did not change the session.
            #expect(try await fixture.session(session.reference).localStart == "2027-01-05 12:00 PST")
        }
    }

    @Test("without a start, a move changes the trainer at the session's current time, and keeps the confirmation")
    func trainerOnly() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            try await fixture.addTrainer("maria")
            var request = MoveRequest(
                try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com").reference)
            request.trainer = try await fixture.addTrainer("james")
            _ = try await fixture.desk.confirm(request.reference, now: BookingFixture.now)
            let moved = try await fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now))
            #expect(moved.changed && moved.session.trainer.handle == "james" && moved.session.confirmedAt != nil)
            #expect(moved.session.localStart == "2027-01-05 10:00 PST")
            #expect(try await !fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now)).changed)
            try await fixture.book(studio, "2027-01-06 10:00", for: "ben@example.com", with: request.trainer)
            var other = MoveRequest(
                try await fixture.book(studio, "2027-01-06 10:00", for: "eve@example.com").reference)
            other.trainer = request.trainer
            await expectRefusal(.slotTaken) {
                try await fixture.desk.reschedule(other, ChangeRequest(now: BookingFixture.now))
            }
        }
    }

    @Test("a move to another studio uses that studio's station, turnaround, trainers, hours and closures")
    func otherStudio() async throws {
        try await withBookingFixture { fixture in
            let west = try await fixture.addStudio("west") { $0.offer.stations = 3 }
            let east = try await fixture.addStudio("east", zone: "America/New_York") { $0.offer.turnaroundMinutes = 40 }
            try await fixture.addTrainer("maria", at: "west")
            let luz = try await fixture.addTrainer("luz", at: "east", hours: "daily 09:00-12:00")
            let session = try await fixture.book(west, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.desk.confirm(session.reference, now: BookingFixture.now)
            var request = MoveRequest(session.reference)
            request.studio = east
            // 10:00 in Los Angeles is 13:00 in New York.
            await expectRefusal(.outsideHours) {
                try await fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now))
            }
            request.start = try BookingFixture.instant("2027-01-05 10:00", at: east)
            let moved = try await fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now)).session
            #expect(moved.localStart == "2027-01-05 10:00 EST" && moved.trainer.handle == "luz")
            #expect(moved.studio.handle == "east" && moved.reference == session.reference && moved.revision == 2)
            #expect(moved.confirmedAt == nil)
            try await fixture.book(west, "2027-01-05 10:00", for: "ben@example.com")
            await expectRefusal(.slotTaken) {
                try await fixture.book(east, "2027-01-05 10:30", for: "eve@example.com", with: luz)
            }
            _ = try await fixture.administration.close(
                studio: east.handle,
                Closure(
                    from: try BookingFixture.instant("2027-01-06 00:00", at: east),
                    until: try BookingFixture.instant("2027-01-07 00:00", at: east), reason: "Snow"))
            request.start = try BookingFixture.instant("2027-01-06 10:00", at: east)
            let refusal = await expectRefusal(.studioClosed) {
                try await fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now))
            }
            #expect(refusal?.alternatives.allSatisfy { $0.studio.handle == "east" } == true)
        }
    }

    @Test("sessions can be moved between two studios in both directions at the same time")
    func crossing() async throws {
        try await withBookingFixture { fixture in
            var studios: [Studio] = []
            for handle in ["west", "east"] {
                studios.append(try await fixture.addStudio(handle) { $0.offer.stations = 2 })
                for number in 1...2 { try await fixture.addTrainer("\(handle)-\(number)", at: handle) }
            }
            var sessions: [(Session, Studio)] = []
            for (number, studio) in (0..<8).map({ ($0, studios[$0 % 2]) }) {
                let session = try await fixture.book(
                    studio, "2027-01-05 \(number / 2 + 10):00", for: "client\(number)@example.com")
                sessions.append((session, studios[1 - number % 2]))
            }
            let moved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (session, studio) in sessions {
                    var request = MoveRequest(session.reference)
                    request.studio = studio
                    group.addTask { [request] in
                        try await fixture.desk.reschedule(request, ChangeRequest(now: BookingFixture.now)).changed
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(moved == sessions.count)
        }
    }

    @Test("a cancelled session has its reason and a new revision, and cannot be changed")
    func cancel() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let cancelled = try await fixture.desk.cancel(
                session.reference, reason: "moved away", now: BookingFixture.now)
            #expect(cancelled.status == .cancelled && cancelled.revision == 2)
            #expect(cancelled.cancelReason == "moved away")
            await fixture.expectNothingCanChange(session, at: studio)
        }
    }

    @Test("a marked session cannot be changed", arguments: [Session.Status.attended, .noShow])
    func ending(status: Session.Status) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let ended = try await fixture.desk.close(session.reference, as: status)
            #expect(ended.status == status && ended.revision == 1)
            await fixture.expectNothingCanChange(ended, at: studio)
        }
    }

    @Test("a session that has begun cannot be moved or cancelled, but can be marked")
    func begun() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            await expectRefusal(.notChangeable) {
                try await fixture.desk.cancel(session.reference, reason: nil, now: session.startsAt)
            }
            await expectRefusal(.notChangeable) {
                try await fixture.desk.reschedule(
                    session.reference, to: session.startsAt + 86_400, with: nil, overrideReason: "late",
                    now: session.startsAt)
            }
            #expect(try await fixture.desk.close(session.reference, as: .attended).status == .attended)
        }
    }

    @Test("an unknown reference is not found")
    func unknown() async throws {
        try await withBookingFixture { fixture in
            let reference = try Reference("K7Q2-9FXM")
            await #expect(throws: NotFound.self) {
                try await fixture.desk.cancel(reference, reason: nil, now: BookingFixture.now)
            }
            await #expect(throws: NotFound.self) { try await fixture.desk.close(reference, as: .attended) }
            await #expect(throws: NotFound.self) {
                try await fixture.desk.reschedule(
                    reference, to: BookingFixture.now, with: nil, overrideReason: nil, now: BookingFixture.now)
            }
        }
    }
}

extension BookingFixture {
    fileprivate func move(
        _ session: Session, to start: String, at studio: Studio, with trainer: Trainer? = nil
    ) async throws -> Session {
        try await desk.reschedule(
            session.reference, to: try BookingFixture.instant(start, at: studio), with: trainer, overrideReason: nil,
            now: BookingFixture.now
        ).session
    }

    fileprivate func session(_ reference: Reference) async throws -> Session {
        try await database.withConnection { try await SessionRepository($0).named(reference) }
    }

    fileprivate func expectNothingCanChange(_ session: Session, at studio: Studio) async {
        await expectRefusal(.notChangeable) {
            try await desk.cancel(session.reference, reason: nil, now: BookingFixture.now)
        }
        let status = try? await self.session(session.reference).status
        for outcome in [Session.Status.attended, .noShow] {
            if let status, status.isMark, status != outcome {
                await #expect(throws: CorrectionRules.ReasonMissing.self) {
                    try await desk.close(session.reference, as: outcome)
                }
            } else {
                await expectRefusal(.notChangeable) { try await desk.close(session.reference, as: outcome) }
            }
        }
        await expectRefusal(.notChangeable) { try await move(session, to: "2027-01-07 10:00", at: studio) }
    }
}
