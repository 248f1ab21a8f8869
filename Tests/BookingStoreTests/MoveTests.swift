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
            await books.expectNothingCanChange(session, at: studio)
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
        await expectRefusal(.notChangeable) { try await desk.close(session.reference, as: .attended) }
        await expectRefusal(.notChangeable) { try await desk.close(session.reference, as: .noShow) }
        await expectRefusal(.notChangeable) { try await move(session, to: "2027-01-07 10:00", at: studio) }
    }
}
