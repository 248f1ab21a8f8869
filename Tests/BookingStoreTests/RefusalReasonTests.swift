import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Reasons of refusals")
struct RefusalReasonTests {
    @Test("without a requested trainer, reports that no trainer works, or that all at work are busy")
    func withoutTrainer() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let (maria, james) = (try await fixture.addTrainer("maria"), try await fixture.addTrainer("james"))
            try await fixture.addTrainer("aiko", hours: "sat 09:00-12:00")
            _ = try await fixture.administration.away(
                maria.handle, from: try BookingFixture.instant("2027-01-07 00:00", at: studio),
                until: try BookingFixture.instant("2027-01-08 00:00", at: studio), reason: "honeymoon")
            let night = await expectRefusal(.outsideHours) {
                try await fixture.book(studio, "2027-01-05 06:00", for: "a@example.com")
            }
            #expect(night?.message == "no trainer works at Studio downtown at 2027-01-05 06:00 PST")
            try await fixture.book(studio, "2027-01-07 10:00", for: "b@example.com")
            let busy = await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-07 10:00", for: "c@example.com")
            }
            #expect(busy?.message.hasPrefix("no trainer is free at Studio downtown at 2027-01-07 10:00 PST") == true)
            _ = try await fixture.administration.away(
                james.handle, from: try BookingFixture.instant("2027-01-07 14:00", at: studio),
                until: try BookingFixture.instant("2027-01-07 15:00", at: studio), reason: nil)
            let away = await expectRefusal(.outsideHours) {
                try await fixture.book(studio, "2027-01-07 14:30", for: "c@example.com")
            }
            #expect(
                away?.message
                    == "no trainer works at Studio downtown at 2027-01-07 14:30 PST (james, maria are away)")
            #expect(away?.remedy == .chooseFreeSlot(studio: "downtown"))
        }
    }

    @Test("without a requested trainer, reports a full studio although a trainer is free")
    func full() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 1 }
            let luz = try await fixture.addTrainer("luz")
            try await fixture.addTrainer("sam")
            try await fixture.book(studio, "2027-01-05 10:00", for: "a@example.com", with: luz)
            let refusal = await expectRefusal(.studioFull) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "b@example.com")
            }
            #expect(refusal?.message == "Studio downtown has no station left at 2027-01-05 10:00 PST")
            // Sam, the only other trainer at work, is busy as well: more trainers would not help.
            _ = try await fixture.administration.away(
                try Handle("sam"), from: try BookingFixture.instant("2027-01-05 10:00", at: studio),
                until: try BookingFixture.instant("2027-01-05 11:00", at: studio), reason: nil)
            for reason in [nil, "a favour"] {
                await expectRefusal(.studioFull) {
                    try await fixture.book(studio, "2027-01-05 10:00", for: "b@example.com", because: reason)
                }
            }
        }
    }

    @Test("without a requested trainer, reports that the trainers of a studio are retired")
    func retired() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let never = await expectRefusal(.outsideHours) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "a@example.com")
            }
            #expect(never?.message == "no trainer has working hours at Studio downtown yet")
            let luz = try await fixture.addTrainer("luz")
            _ = try await fixture.administration.retire(trainer: luz.handle, now: BookingFixture.now)
            for reason in [nil, "a favour"] {
                let refusal = await expectRefusal(.outsideHours) {
                    try await fixture.book(studio, "2027-01-05 10:00", for: "a@example.com", because: reason)
                }
                #expect(
                    refusal?.message == "no active trainer works at Studio downtown: luz no longer takes sessions")
                #expect(refusal?.remedy == .assignTrainer(studio: "downtown"))
            }
        }
    }

    @Test(
        "reports a time in the past as past, not as too soon",
        arguments: ["2027-01-01 09:00", "2027-01-02 15:59"])
    func past(start: String) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.slotEveryMinutes = 1 }
            let maria = try await fixture.addTrainer(hours: "daily 00:00-24:00")
            for trainer in [nil, maria] {
                let request = try BookingFixture.request(studio, start, for: "a@example.com", with: trainer)
                let now = try BookingFixture.instant("2027-01-02 16:00", at: studio)
                let refusal = await expectRefusal(.tooSoon) { try await fixture.desk.book(request, now: now) }
                #expect(refusal?.message == "\(start) PST is in the past")
            }
        }
    }

    @Test("reports that the trainer works at another studio, also with an override")
    func elsewhere() async throws {
        try await withBookingFixture { fixture in
            let downtown = try await fixture.addStudio { $0.offer.stations = 3 }
            let phoenix = try await fixture.addStudio("phoenix", zone: "America/Phoenix")
            try await fixture.addTrainer("maria")
            let luz = try await fixture.addTrainer("luz", at: "phoenix", hours: "mon,tue,wed,thu,fri 09:00-17:00")
            let sam = try await fixture.addTrainer("sam", at: "downtown", hours: "mon-fri 09:00-12:00")
            try await fixture.administration.set(
                try WeeklyHours(parsing: "sat 09:00-12:00"), of: sam.handle, at: phoenix.handle, from: nil, until: nil,
                now: .distantPast)
            let session = try await fixture.book(downtown, "2027-01-05 10:00", for: "a@example.com")
            let cases = [(luz, "2027-01-07 09:00"), (luz, "2027-01-09 10:00"), (sam, "2027-01-09 15:00")]
            for (trainer, start) in cases {
                for reason in [nil, "a favour"] {
                    let refusal = await expectRefusal(.outsideHours) {
                        try await fixture.desk.reschedule(
                            session.reference, to: try BookingFixture.instant(start, at: downtown), with: trainer,
                            overrideReason: reason, now: BookingFixture.now)
                    }
                    let day = start.prefix(10)
                    let name = trainer.name
                    #expect(
                        refusal?.message == "\(name) works at Studio phoenix, not at Studio downtown, on \(day)")
                    let change = Refusal.Remedy.StudioChange(
                        studio: "phoenix", trainer: trainer.handle.text, present: "downtown")
                    #expect(refusal?.remedy == .moveToStudio(change, session.reference))
                }
            }
            // On weekdays Sam works downtown, so an override can waive the hours.
            let moved = try await fixture.desk.reschedule(
                session.reference, to: try BookingFixture.instant("2027-01-07 15:00", at: downtown), with: sam,
                overrideReason: "a favour", now: BookingFixture.now)
            #expect(moved.session.waivedRules == [.outsideHours])
        }
    }

    @Test("an override without a requested trainer selects one at work, and records only the waived rules")
    func override() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio {
                $0.offer.stations = 3
                $0.offer.noticeMinutes = 1440
            }
            try await fixture.addTrainer("maria", hours: "mon-fri 09:00-17:00", dailyLimit: 1)
            try await fixture.addTrainer("noah", hours: "mon-fri 09:00-17:00")
            try await fixture.addTrainer("aiko", hours: "sat 09:00-12:00")
            // Without a conflict, the choice is the same as without an override, and no rule is waived.
            let plain = try await fixture.book(studio, "2027-01-05 10:00", for: "a@example.com", because: "a favour")
            #expect(plain.trainer.handle == "maria" && plain.waivedRules.isEmpty)
            // Off the grid, the trainer below the daily limit is chosen. Aiko has fewer sessions, but is not at work.
            let grid = try await fixture.book(studio, "2027-01-05 12:10", for: "b@example.com", because: "a favour")
            #expect(grid.trainer.handle == "noah" && grid.waivedRules == [.notOnGrid])
            let unavailable = await expectRefusal(.outsideHours) {
                try await fixture.book(studio, "2027-01-05 19:00", for: "c@example.com", because: "a favour")
            }
            #expect(unavailable?.remedy == .requestTrainer(studio: "downtown"))
            let named = try await fixture.addTrainer("zoe", hours: "sat 09:00-12:00")
            let asked = try await fixture.book(
                studio, "2027-01-05 19:10", for: "c@example.com", with: named, because: "a favour")
            #expect(asked.waivedRules == [.outsideHours, .notOnGrid] && asked.affected == nil)
            try await fixture.book(studio, "2027-01-05 12:00", for: "d@example.com", with: nil, because: "a favour")
            await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 12:00", for: "e@example.com", because: "a favour")
            }
        }
    }

    @Test("reports that the studio closes during the session, and not that it is closed at its start")
    func closing() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.slotEveryMinutes = 10 }
            let maria = try await fixture.addTrainer("maria")
            _ = try await fixture.administration.close(
                studio: studio.handle,
                Closure(
                    from: try BookingFixture.instant("2027-01-05 13:00", at: studio),
                    until: try BookingFixture.instant("2027-01-05 15:00", at: studio), reason: "Inspection"))
            for trainer in [nil, maria] {
                let closing = await expectRefusal(.studioClosed) {
                    try await fixture.book(studio, "2027-01-05 12:50", for: "a@example.com", with: trainer)
                }
                #expect(
                    closing?.message
                        == "Studio downtown closes at 13:00, during a session at 2027-01-05 12:50 PST: Inspection")
                #expect(closing?.remedy == .chooseFreeSlot(studio: "downtown"))
                let closed = await expectRefusal(.studioClosed) {
                    try await fixture.book(studio, "2027-01-05 13:00", for: "a@example.com", with: trainer)
                }
                #expect(closed?.message == "Studio downtown is closed at 2027-01-05 13:00 PST: Inspection")
            }
        }
    }

    @Test("names the daily limit and the number of sessions on the date")
    func dailyLimit() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            for (handle, limit, words) in [("maria", Int32(1), "1 session"), ("noah", 2, "2 sessions")] {
                let trainer = try await fixture.addTrainer(handle, dailyLimit: limit)
                for number in 1...Int(limit) {
                    try await fixture.book(
                        studio, "2027-01-05 1\(number):00", for: "\(handle)\(number)@example.com", with: trainer)
                }
                let refusal = await expectRefusal(.dailyLimit) {
                    try await fixture.book(studio, "2027-01-05 15:00", for: "late@example.com", with: trainer)
                }
                #expect(refusal?.message == "\(handle) takes \(words) a day, and has \(limit) on 2027-01-05")
            }
        }
    }

    @Test("names the owner of a session found by a shared contact, and does not suggest a move")
    func sharedContact() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            try await fixture.addTrainer("maria")
            let first = try await fixture.book(
                studio, "2027-01-05 10:00", for: "greg@example.com", phone: "(213) 555-0601")
            let refusal = await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-06 10:00", for: "ines@example.com", phone: "213 555 0601")
            }
            #expect(
                refusal?.message
                    == "New Person (client \(first.client.id.value)), who has the same phone, has the free session "
                    + "\(first.reference) on 2027-01-05 10:00 PST with maria")
            #expect(refusal?.remedy == .overrideSharedContact)
            let own = await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-06 10:00", for: "greg@example.com")
            }
            #expect(own?.remedy == .movePriorSession(first.reference))
            let late = try BookingFixture.instant("2027-01-05 12:00", at: studio)
            let request = try BookingFixture.request(studio, "2027-01-06 10:00", for: "greg@example.com")
            let unmarked = await expectRefusal(.introAlreadyBooked) { try await fixture.desk.book(request, now: late) }
            #expect(
                unmarked?.message
                    == "New Person was booked for 2027-01-05 10:00 PST with maria, and \(first.reference) is not marked yet"
            )
            #expect(unmarked?.remedy == .markPriorSession(first.reference))
        }
    }

    @Test("a move to the current time and trainer changes nothing and queues no message")
    func unchanged() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer("maria")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "greg@example.com", with: maria)
            let before = try await fixture.ledger()
            for trainer in [nil, maria] {
                let result = try await fixture.desk.reschedule(
                    session.reference, to: session.startsAt, with: trainer, overrideReason: nil, now: BookingFixture.now
                )
                #expect(!result.changed && result.session.revision == session.revision)
            }
            #expect(try await fixture.ledger() == before)
        }
    }
}

extension BookingFixture {
    fileprivate func ledger() async throws -> [String] {
        try await database.query("SELECT rule || ' ' || status || ' ' || revision FROM message ORDER BY id")
            .decode(String.self)
    }
}
