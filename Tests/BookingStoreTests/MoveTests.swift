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
        try await withBooks { books in
            let studio = try await books.openStudio()
            let maria = try await books.engage()
            let before = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            let after = try await books.move(before, to: "2027-01-06 11:30", at: studio)
            #expect(after.reference == before.reference && after.client == before.client)
            #expect(after.revision == 2 && after.localStart == "2027-01-06 11:30 PST")
            #expect(after.endsAt.timeIntervalSince(after.startsAt) == 20 * 60)
            try await books.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: maria)
            await expectRefusal(.slotTaken) {
                try await books.book(studio, "2027-01-06 11:30", for: "eve@example.com", with: maria)
            }
        }
    }

    @Test("a move ignores the session's own time, station and daily limit")
    func ownTime() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio { $0.offer.slotEveryMinutes = 10 }
            let maria = try await books.engage(dailyLimit: 1)
            let session = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(try await books.move(session, to: "2027-01-05 10:10", at: studio).revision == 2)
            #expect(try await books.move(session, to: "2027-01-05 10:00", at: studio).revision == 3)
        }
    }

    @Test("a move keeps the trainer unless another is named, and is refused if the trainer is busy")
    func trainers() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio { $0.offer.stations = 2 }
            let maria = try await books.engage("maria")
            let james = try await books.engage("james")
            let session = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(try await books.move(session, to: "2027-01-05 12:00", at: studio).trainer.handle == "maria")
            #expect(
                try await books.move(session, to: "2027-01-05 12:00", at: studio, with: james).trainer.handle == "james"
            )
            try await books.book(studio, "2027-01-05 14:00", for: "ben@example.com", with: james)
            let refusal = await expectRefusal(.slotTaken) {
                try await books.move(session, to: "2027-01-05 14:00", at: studio)
            }
            #expect(refusal?.alternatives.count == 3)
            #expect(refusal?.alternatives.allSatisfy { $0.trainer.handle == "james" } == true)
            // The refused move did not change the session.
            #expect(try await books.session(session.reference).localStart == "2027-01-05 12:00 PST")
        }
    }

    @Test("without a start, a move changes the trainer at the session's current time, and keeps the confirmation")
    func trainerOnly() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio { $0.offer.stations = 2 }
            try await books.engage("maria")
            var request = MoveRequest(
                try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com").reference)
            request.trainer = try await books.engage("james")
            _ = try await books.desk.confirm(request.reference, now: Books.now)
            let moved = try await books.desk.reschedule(request, ChangeRequest(now: Books.now))
            #expect(moved.changed && moved.session.trainer.handle == "james" && moved.session.confirmedAt != nil)
            #expect(moved.session.localStart == "2027-01-05 10:00 PST")
            #expect(try await !books.desk.reschedule(request, ChangeRequest(now: Books.now)).changed)
            try await books.book(studio, "2027-01-06 10:00", for: "ben@example.com", with: request.trainer)
            var other = MoveRequest(
                try await books.book(studio, "2027-01-06 10:00", for: "eve@example.com").reference)
            other.trainer = request.trainer
            await expectRefusal(.slotTaken) { try await books.desk.reschedule(other, ChangeRequest(now: Books.now)) }
        }
    }

    @Test("a move to another studio uses that studio's station, turnaround, trainers, hours and closures")
    func otherStudio() async throws {
        try await withBooks { books in
            let west = try await books.openStudio("west") { $0.offer.stations = 3 }
            let east = try await books.openStudio("east", zone: "America/New_York") { $0.offer.turnaroundMinutes = 40 }
            try await books.engage("maria", at: "west")
            let luz = try await books.engage("luz", at: "east", hours: "daily 09:00-12:00")
            let session = try await books.book(west, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await books.desk.confirm(session.reference, now: Books.now)
            var request = MoveRequest(session.reference)
            request.studio = east
            // 10:00 in Los Angeles is 13:00 in New York.
            await expectRefusal(.outsideHours) {
                try await books.desk.reschedule(request, ChangeRequest(now: Books.now))
            }
            request.start = try Books.instant("2027-01-05 10:00", at: east)
            let moved = try await books.desk.reschedule(request, ChangeRequest(now: Books.now)).session
            #expect(moved.localStart == "2027-01-05 10:00 EST" && moved.trainer.handle == "luz")
            #expect(moved.studio.handle == "east" && moved.reference == session.reference && moved.revision == 2)
            #expect(moved.confirmedAt == nil)
            try await books.book(west, "2027-01-05 10:00", for: "ben@example.com")
            await expectRefusal(.slotTaken) {
                try await books.book(east, "2027-01-05 10:30", for: "eve@example.com", with: luz)
            }
            _ = try await books.office.close(
                studio: east.handle,
                Closure(
                    from: try Books.instant("2027-01-06 00:00", at: east),
                    until: try Books.instant("2027-01-07 00:00", at: east), reason: "Snow"))
            request.start = try Books.instant("2027-01-06 10:00", at: east)
            let refusal = await expectRefusal(.studioClosed) {
                try await books.desk.reschedule(request, ChangeRequest(now: Books.now))
            }
            #expect(refusal?.alternatives.allSatisfy { $0.studio.handle == "east" } == true)
        }
    }

    @Test("sessions can be moved between two studios in both directions at the same time")
    func crossing() async throws {
        try await withBooks { books in
            var studios: [Studio] = []
            for handle in ["west", "east"] {
                studios.append(try await books.openStudio(handle) { $0.offer.stations = 2 })
                for number in 1...2 { try await books.engage("\(handle)-\(number)", at: handle) }
            }
            var sessions: [(Session, Studio)] = []
            for (number, studio) in (0..<8).map({ ($0, studios[$0 % 2]) }) {
                let session = try await books.book(
                    studio, "2027-01-05 \(number / 2 + 10):00", for: "client\(number)@example.com")
                sessions.append((session, studios[1 - number % 2]))
            }
            let moved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (session, studio) in sessions {
                    var request = MoveRequest(session.reference)
                    request.studio = studio
                    group.addTask { [request] in
                        try await books.desk.reschedule(request, ChangeRequest(now: Books.now)).changed
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(moved == sessions.count)
        }
    }

    @Test("a cancelled session has its reason and a new revision, and cannot be changed")
    func cancel() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio()
            try await books.engage()
            let session = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let cancelled = try await books.desk.cancel(session.reference, reason: "moved away", now: Books.now)
            #expect(cancelled.status == .cancelled && cancelled.revision == 2)
            #expect(cancelled.cancelReason == "moved away")
            await books.expectNothingCanChange(session, at: studio)
        }
    }

    @Test("a marked session cannot be changed", arguments: [Session.Status.attended, .noShow])
    func ending(status: Session.Status) async throws {
        try await withBooks { books in
            let studio = try await books.openStudio()
            try await books.engage()
            let session = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let ended = try await books.desk.close(session.reference, as: status)
            #expect(ended.status == status && ended.revision == 1)
            await books.expectNothingCanChange(ended, at: studio)
        }
    }

    @Test("a session that has begun cannot be moved or cancelled, but can be marked")
    func begun() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio()
            try await books.engage()
            let session = try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            await expectRefusal(.notChangeable) {
                try await books.desk.cancel(session.reference, reason: nil, now: session.startsAt)
            }
            await expectRefusal(.notChangeable) {
                try await books.desk.reschedule(
                    session.reference, to: session.startsAt + 86_400, with: nil, overrideReason: "late",
                    now: session.startsAt)
            }
            #expect(try await books.desk.close(session.reference, as: .attended).status == .attended)
        }
    }

    @Test("an unknown reference is not found")
    func unknown() async throws {
        try await withBooks { books in
            let reference = try Reference("K7Q2-9FXM")
            await #expect(throws: NotFound.self) {
                try await books.desk.cancel(reference, reason: nil, now: Books.now)
            }
            await #expect(throws: NotFound.self) { try await books.desk.close(reference, as: .attended) }
            await #expect(throws: NotFound.self) {
                try await books.desk.reschedule(
                    reference, to: Books.now, with: nil, overrideReason: nil, now: Books.now)
            }
        }
    }
}

extension Books {
    fileprivate func move(
        _ session: Session, to start: String, at studio: Studio, with trainer: Trainer? = nil
    ) async throws -> Session {
        try await desk.reschedule(
            session.reference, to: try Books.instant(start, at: studio), with: trainer, overrideReason: nil,
            now: Books.now
        ).session
    }

    fileprivate func session(_ reference: Reference) async throws -> Session {
        try await database.withConnection { try await SessionRepository($0).named(reference) }
    }

    fileprivate func expectNothingCanChange(_ session: Session, at studio: Studio) async {
        await expectRefusal(.notChangeable) { try await desk.cancel(session.reference, reason: nil, now: Books.now) }
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
