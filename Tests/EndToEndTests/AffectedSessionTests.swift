import Testing

@Suite("sessions affected by administrative changes")
struct AffectedSessionTests {
    private func references(_ record: JSON?) -> [String] {
        (record?.items ?? []).compactMap { $0["reference"]?.text }
    }

    @Test("a change of hours lists the sessions that are outside them now, except those booked with an override")
    func hours() async throws {
        try await Studio.with { studio in
            let inside = try await studio.reference("Ana", at: "2026-12-01 09:00", with: "james")
            let outside = try await studio.book("Ben", at: "2026-12-01 17:00", with: "james")
            try await studio.answer(
                "book", "--client", "cleo@example.com", "--name", "Cleo", "--trainer", "james", "--at",
                "2026-12-01 21:00", "--override", "late")
            let narrowed = try await studio.answer("trainer", "hours", "james", "--set", "mon-fri 09:00-13:00").items
            #expect(narrowed.count == 2)
            #expect(narrowed.first?["affected"] == nil, "only the entry of the new hours lists sessions")
            let listed = try #require(narrowed.last?["affected"]?.items.first)
            #expect(narrowed.last?["affected"]?.items.count == 1)
            #expect(listed["reference"] == outside["reference"] && listed["affected"] == "outside_hours")
            #expect(
                listed.names == (try await studio.answer("show", inside)).names,
                "the object has the fields of a booking")
            let none = try await studio.intro("trainer", "hours", "james", "--set", "none", "--yes")
            #expect(none.stdout.contains("2 upcoming sessions are affected; reschedule or cancel each:"))
            #expect(none.stdout.contains(inside) && none.stdout.contains(outside["reference"]?.text ?? "-"))
            let back = try await studio.answer("trainer", "hours", "james", "--set", "mon-fri 09:00-20:00").items
            #expect(back.last?["affected"] == .list([]))
            #expect(try await studio.answer("trainer", "hours", "james").items.allSatisfy { $0["affected"] == nil })
        }
    }

    @Test("a change of hours lists sessions that a later season affects, only at the named studio")
    func seasons() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let saturday = try await studio.reference("Ana", at: "2026-12-05 10:00", with: "luz")
            let elsewhere = try await studio.answer(
                "book", "--client", "ben@example.com", "--name", "Ben", "--trainer", "sam", "--studio", "brooklyn",
                "--at", "2026-12-01 11:00")
            let season = try await studio.answer(
                "trainer", "hours", "luz", "--set", "daily 12:00-20:00", "--from", "2026-12-05", "--until",
                "2026-12-10"
            ).items
            #expect(season.compactMap { $0["affected"] }.map { references($0) } == [[saturday]])
            let sam = try await studio.answer("trainer", "hours", "sam", "--studio", "phoenix", "--set", "none").items
            #expect(sam.last?["affected"] == .list([]), "\(elsewhere) is in Brooklyn and not affected")
        }
    }

    @Test("fewer stations list the sessions that no longer fit, not those that move to another station")
    func stations() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "edit", "downtown", "--stations", "3")
            try await studio.book("Ana", at: "2026-12-01 09:00", with: "maria")
            let second = try await studio.reference("Ben", at: "2026-12-01 09:00", with: "james")
            let first = try await studio.reference("Cleo", at: "2026-12-02 09:00", with: "maria")
            let alone = try await studio.reference("Dan", at: "2026-12-02 09:00", with: "james")
            try await studio.answer("cancel", first)
            let edited = try await studio.answer("studio", "edit", "downtown", "--stations", "1")
            #expect(edited["stations"] == 1)
            #expect(references(edited["affected"]) == [second])
            #expect(try await studio.count("session", where: "status = 'booked' AND station > 1") == 1)
            let full = try await studio.refusal(
                "book", "--client", "eve@example.com", "--name", "Eve", "--trainer", "aiko", "--at",
                "2026-12-02 09:00")
            #expect(full.code == "studio_full", "\(alone) occupies the only station")
            #expect(try await studio.answer("studio", "edit", "downtown", "--notice", "1h")["affected"] == .list([]))
            #expect(try await studio.answer("studio", "edit", "downtown", "--stations", "2")["affected"] == .list([]))
            let text = try await studio.intro("studio", "edit", "downtown", "--stations", "1").stdout
            #expect(text.contains(second) && text.contains("no station") && !text.contains(alone))
        }
    }

    @Test("a new home studio lists the trainer's future sessions at the previous one")
    func homeStudio() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 09:00", with: "james")
            let limit = try await studio.answer("trainer", "edit", "maria", "--daily-limit", "5")
            #expect(limit["affected"] == .list([]))
            let same = try await studio.answer("trainer", "edit", "maria", "--studio", "downtown")
            #expect(same["affected"] == .list([]))
            let moved = try await studio.answer("trainer", "edit", "maria", "--studio", "brooklyn")
            #expect(moved["studio"] == "brooklyn")
            #expect(references(moved["affected"]) == [reference])
            let text = try await studio.intro("trainer", "edit", "james", "--studio", "phoenix").stdout
            #expect(text.contains("1 upcoming session stays at Downtown Strength"), "\(text)")
        }
    }

    @Test("a new time zone lists all future sessions at the studio with their previous local time")
    func timeZone() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let past = try await studio.reference("Ben", at: "2026-11-30 10:00")
            let now = "2026-11-30T12:00:00-08:00"
            let same = try await studio.answer(
                "studio", "edit", "downtown", "--time-zone", "America/Los_Angeles", now: now)
            #expect(same["affected"] == .list([]))
            let text = try await studio.intro(
                "studio", "edit", "downtown", "--time-zone", "America/Denver", "--yes", now: now)
            #expect(text.stdout.contains("1 upcoming session has another local time now"), "\(text.stdout)")
            #expect(text.stdout.contains("Tue Dec 1, 10:00 AM MST") && text.stdout.contains("Tue Dec 1, 9:00 AM PST"))
            #expect(text.stdout.contains(reference) && !text.stdout.contains(past))
            let edited = try await studio.answer(
                "studio", "edit", "downtown", "--time-zone", "America/New_York", "--yes", now: now)
            #expect(references(edited["affected"]) == [reference])
            #expect(edited["affected"]?.items.first?["local_start"] == "2026-12-01 12:00 EST")
            #expect(try await studio.answer("studio", "edit", "downtown", "--notice", "1h")["affected"] == .list([]))
        }
    }

    @Test("time off, a closure and a retirement list affected sessions; removing time off lists none")
    func absences() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let ben = try await studio.reference("Ben", at: "2026-12-02 09:00", with: "james")
            let away = try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01", "--reason", "Sick")
            #expect(away["booked"] == .list([.text(ana)]))
            #expect(references(away["affected"]) == [ana])
            #expect(away["affected"]?.items.first?["affected"] == "away")
            #expect(away["affected"]?.items.first?["affected_reason"] == "Sick")
            let back = try await studio.answer("trainer", "away", "maria", "--remove", "\(away["number"]?.number ?? 0)")
            #expect(back["affected"] == .list([]))
            let closed = try await studio.answer(
                "studio", "close", "downtown", "2026-12-01", "2026-12-02", "--reason", "Flood")
            #expect(closed["booked"] == .list([.text(ana), .text(ben)]))
            #expect(references(closed["affected"]) == [ana, ben])
            let text = try await studio.intro(
                "studio", "close", "downtown", "2026-12-02", "2026-12-02", "--reason", "Flood"
            ).stdout
            #expect(text.contains("1 upcoming session is affected; reschedule or cancel each:") && text.contains(ben))
            let retired = try await studio.answer("trainer", "retire", "james", "--yes")
            #expect(retired["booked"] == .list([.text(ben)]))
            #expect(references(retired["affected"]) == [ben])
            #expect(retired["affected"]?.items.first?["affected"] == "trainer_retired")
        }
    }
}
