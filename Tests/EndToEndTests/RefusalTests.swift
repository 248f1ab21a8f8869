import Testing

/// A situation in which a rule refuses a command.
struct RefusalCase: CustomTestStringConvertible, Sendable {
    /// The refusal code.
    let code: String
    /// The command lines before it; `REF` stands for the reference of the last booking.
    var before: [[String]] = []
    /// The refused command.
    let command: [String]
    /// Whether `--override REASON` waives this rule.
    var isSoft = false
    /// Whether the refusal offers other free slots.
    var offersSlots = false

    var testDescription: String { code }

    /// The command line of a booking.
    static func book(_ name: String, _ time: String, _ trainer: String, _ more: String...) -> [String] {
        ["book", "--client", "\(name)@example.com", "--name", name, "--trainer", trainer, "--at", time] + more
    }

    static let all = [
        RefusalCase(
            code: "slot_taken", before: [book("ben", "2026-12-01 09:00", "maria")],
            command: book("ana", "2026-12-01 09:00", "maria"), offersSlots: true),
        RefusalCase(
            code: "outside_hours", command: book("ana", "2026-12-01 12:30", "maria"), isSoft: true, offersSlots: true),
        RefusalCase(
            code: "away", before: [["trainer", "away", "maria", "--from", "2026-12-02", "--until", "2026-12-02"]],
            command: book("ana", "2026-12-02 18:30", "maria"), offersSlots: true),
        RefusalCase(
            code: "studio_closed",
            before: [["studio", "close", "downtown", "2026-12-03", "2026-12-03", "--reason", "stocktaking"]],
            command: book("ana", "2026-12-03 07:00", "maria"), offersSlots: true),
        RefusalCase(
            code: "too_soon", command: book("ana", "2026-11-30 09:30", "maria"), isSoft: true, offersSlots: true),
        RefusalCase(
            code: "beyond_horizon", command: book("ana", "2027-02-01 09:00", "maria"), isSoft: true, offersSlots: true),
        RefusalCase(
            code: "not_on_grid", command: book("ana", "2026-12-01 09:10", "maria"), isSoft: true, offersSlots: true),
        RefusalCase(
            code: "daily_limit",
            before: [["trainer", "edit", "maria", "--daily-limit", "1"], book("ben", "2026-12-01 09:00", "maria")],
            command: book("ana", "2026-12-01 15:00", "maria"), isSoft: true, offersSlots: true),
        RefusalCase(
            code: "studio_full",
            before: [book("ben", "2026-12-01 09:00", "maria"), book("cleo", "2026-12-01 09:00", "james")],
            command: book("ana", "2026-12-01 09:00", "aiko"), offersSlots: true),
        RefusalCase(
            code: "client_busy", before: [book("ana", "2026-12-01 09:00", "maria")],
            command: book("ana", "2026-12-01 09:00", "james", "--override", "asked for a second trainer"),
            offersSlots: true),
        RefusalCase(
            code: "intro_already_booked", before: [book("ana", "2026-12-01 09:00", "maria")],
            command: book("ana", "2026-12-02 09:00", "james"), isSoft: true),
        RefusalCase(
            code: "intro_already_used",
            before: [book("ana", "2026-12-01 09:00", "maria"), ["attend", "REF", "--override", "early"]],
            command: book("ana", "2026-12-02 09:00", "james"), isSoft: true),
        RefusalCase(
            code: "too_many_no_shows",
            before: [
                book("ana", "2026-12-01 09:00", "maria"), ["no-show", "REF", "--override", "early"],
                book("ana", "2026-12-01 10:00", "maria"), ["no-show", "REF", "--override", "early"],
            ],
            command: book("ana", "2026-12-02 09:00", "james"), isSoft: true),
        RefusalCase(
            code: "trainer_retired", before: [["trainer", "retire", "maria"]],
            command: book("ana", "2026-12-01 09:00", "maria"), offersSlots: true),
        RefusalCase(code: "wall_time_missing", command: book("ana", "2027-03-14 02:30", "maria")),
        RefusalCase(code: "wall_time_ambiguous", command: book("ana", "2027-11-07 01:30", "maria")),
        RefusalCase(
            code: "not_changeable", before: [book("ana", "2026-12-01 09:00", "maria"), ["cancel", "REF"]],
            command: ["reschedule", "REF", "--at", "2026-12-02 09:00"]),
    ]
}

@Suite("refusals by rules")
struct RefusalTests {
    /// Runs the commands before the refusal, and returns the reference of the last booking.
    private func prepare(_ refused: RefusalCase, in studio: Studio) async throws -> String {
        var reference = ""
        for command in refused.before {
            let done = try await studio.answer(command.map { $0 == "REF" ? reference : $0 })
            if command[0] == "book" { reference = done["reference"]?.text ?? "" }
        }
        return reference
    }

    @Test(
        "exits with 3, code, message and hint, and changes nothing; --override waives only a soft rule",
        arguments: RefusalCase.all)
    func refuses(refused: RefusalCase) async throws {
        try await Studio.with { studio in
            let reference = try await prepare(refused, in: studio)
            let before = try await studio.fingerprint()
            let command = refused.command.map { $0 == "REF" ? reference : $0 }
            let result = try await studio.intro(command + ["--json"])
            #expect(result.exit == 3, "\(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.stderr.filter(\.isNewline).count == 1)
            let error = try #require(result.error)
            #expect(error.code == refused.code)
            #expect(!error.message.isEmpty && !error.hint.isEmpty)
            #expect(error.alternatives?.count == (refused.offersSlots ? 3 : nil), "\(error)")
            #expect(try await studio.fingerprint() == before)
            try await override(refused, command, in: studio)
        }
    }

    private func override(_ refused: RefusalCase, _ command: [String], in studio: Studio) async throws {
        let result = try await studio.intro(
            command.prefix { $0 != "--override" } + ["--override", "the owner said so", "--json"])
        guard refused.isSoft else {
            #expect(result.exit == 3)
            #expect(result.error?.code == refused.code)
            return
        }
        try #require(result.exit == 0, "\(result.stderr)")
        #expect(try result.printed["override_reason"] == "the owner said so")
        let logged = "subject = 'session' AND action = 'insert' AND reason = 'the owner said so'"
        #expect(try await studio.count("event", where: logged) == 1)
    }

    @Test("prints a refusal as an error, the nearest free slots, and a hint")
    func forPeople() async throws {
        try await Studio.with { studio in
            try await studio.book("ben", at: "2026-12-01 09:00")
            let result = try await studio.intro(RefusalCase.book("ana", "2026-12-01 09:00", "maria"))
            #expect(result.exit == 3)
            let expected = """
                error: Maria Lopez has another session at Tue Dec 1, 9:00 AM PST
                nearest free slots:
                  Tue Dec 1, 8:00 AM PST  maria
                  Tue Dec 1, 8:30 AM PST  maria
                  Tue Dec 1, 9:30 AM PST  maria
                hint: choose one of the free slots

                """
            #expect(result.stderr == expected)
        }
    }

    @Test("the list of refusals has 17 different codes")
    func complete() {
        #expect(Set(RefusalCase.all.map(\.code)).count == 17)
    }

    @Test("a taken slot offers the three nearest free slots, each of which can be booked")
    func alternatives() async throws {
        try await Studio.with { studio in
            try await studio.book("ben", at: "2026-12-01 09:00")
            let refusal = try await studio.refusal(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-01 09:00"
            )
            for (number, slot) in (refusal.alternatives ?? []).enumerated() {
                try await studio.book(
                    "guest\(number)", at: slot["starts_at"]?.text ?? "", with: slot["trainer"]?.text ?? "")
            }
            #expect(try await studio.count("session") == 4)
        }
    }

    @Test(
        "a session that is attended, no-show, cancelled or in progress cannot be changed",
        arguments: ["attend", "no-show", "cancel", "begun"])
    func final(end: String) async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let after = "2026-12-01T17:20:00Z"
            if end == "cancel" { try await studio.answer(end, reference) }
            if ["attend", "no-show"].contains(end) { try await studio.answer(end, reference, now: after) }
            let now = end == "begun" ? "2026-12-01T17:00:00Z" : Studio.now
            let before = try await studio.fingerprint()
            for command in [["cancel", reference], ["reschedule", reference, "--at", "2026-12-04 09:00"]] {
                let result = try await studio.intro(command + ["--json"], now: now)
                #expect(result.exit == 3)
                #expect(result.error?.code == "not_changeable")
            }
            guard end != "begun" else { return }
            for command in ["attend", "no-show"] {
                let result = try await studio.intro(command, reference, "--json", now: after)
                let isCorrection = end != "cancel" && end != command
                #expect(result.exit == (isCorrection ? 64 : 3), "a correction needs a reason")
                #expect(result.error?.code == (isCorrection ? "usage" : "not_changeable"))
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a move is refused by the same rules, and does not conflict with its own session")
    func moves() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-01 10:00")
            for (time, code) in [
                ("2026-12-01 10:00", "slot_taken"), ("2026-12-01 12:30", "outside_hours"),
                ("2026-12-01 09:10", "not_on_grid"), ("2026-11-30 09:30", "too_soon"),
                ("2027-02-01 09:00", "beyond_horizon"),
            ] {
                #expect(try await studio.refusal("reschedule", reference, "--at", time).code == code)
            }
            let nudged = try await studio.answer(
                "reschedule", reference, "--at", "2026-12-01 09:10", "--override", "the bus is late")
            #expect(nudged["local_start"] == "2026-12-01 09:10 PST")
        }
    }

    @Test("an ambiguous local time is booked with its offset; a skipped one names the nearest valid times")
    func clockChanges() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "edit", "downtown", "--horizon", "400d")
            try await studio.answer("trainer", "hours", "maria", "--set", "daily 00:00-24:00")
            let twice = try await studio.refusal(
                "book", "--client", "a@example.com", "--name", "A", "--trainer", "maria", "--at", "2027-11-07 01:30")
            #expect(twice.hint.contains("2027-11-07 01:30-07:00") || twice.hint.contains("2027-11-07 01:30 PDT"))
            let first = try await studio.book("Ana", at: "2027-11-07 01:30-07:00")
            #expect(first["local_start"] == "2027-11-07 01:30 PDT")
            let second = try await studio.book("Ben", at: "2027-11-07T01:30:00-08:00")
            #expect(second["local_start"] == "2027-11-07 01:30 PST")
            let skipped = try await studio.refusal(
                "book", "--client", "c@example.com", "--name", "C", "--trainer", "maria", "--at", "2027-03-14 02:30")
            #expect(skipped.hint.contains("01:30") && skipped.hint.contains("03:30"), "\(skipped.hint)")
        }
    }

    @Test("an unknown reference, studio, trainer or client exits with 4")
    func notFound() async throws {
        try await Studio.with { studio in
            for command in [
                ["show", "K7Q2-9FXM"], ["cancel", "K7Q2-9FXM"], ["attend", "K7Q2-9FXM"], ["no-show", "K7Q2-9FXM"],
                ["reschedule", "K7Q2-9FXM", "--at", "2026-12-01 09:00"], ["reminders", "list", "K7Q2-9FXM"],
                ["schedule", "nobody"], ["agenda", "nowhere"], ["slots", "--studio", "nowhere"],
                ["slots", "--trainer", "nobody"], ["studio", "show", "nowhere"], ["trainer", "show", "nobody"],
                ["client", "show", "nobody@example.com"], ["trainer", "retire", "nobody"],
                ["trainer", "away", "maria", "--remove", "4711"], ["trainer", "hours", "nobody"],
                ["trainer", "hours", "maria", "--studio", "nowhere"], ["studio", "edit", "nowhere", "--stations", "2"],
                ["trainer", "edit", "nobody", "--daily-limit", "2"],
                ["client", "edit", "nobody@example.com", "--name", "N"],
                ["studio", "close", "nowhere", "2026-12-24", "2026-12-26", "--reason", "holiday"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 4, "\(command): \(result.stdout)\(result.stderr)")
                #expect(result.error?.code == "not_found", "\(command)")
                #expect(result.error?.hint.isEmpty == false, "\(command)")
            }
        }
    }
}
