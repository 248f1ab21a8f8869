import Testing

@Suite("refusals in a chain of several studios")
struct SeveralStudiosRefusalTests {
    private static let morning = "2026-12-01T17:00:00Z"

    /// Adds Brooklyn, and Phoenix with one station and Luz; Sam works in Brooklyn, and in Phoenix on Mondays.
    private func withChain(_ body: (Studio) async throws -> Void) async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "studio", "add", "Brooklyn", "--id", "brooklyn", "--time-zone", "America/New_York")
            try await studio.answer("studio", "add", "Phoenix", "--id", "phoenix", "--time-zone", "America/Phoenix")
            for (name, home) in [("Sam", "brooklyn"), ("Luz", "phoenix")] {
                try await studio.answer("trainer", "add", name, "--id", name.lowercased(), "--studio", home)
            }
            try await studio.answer("trainer", "hours", "sam", "--set", "tue-fri 09:00-17:00")
            try await studio.answer(
                "trainer", "hours", "sam", "--studio", "phoenix", "--set", "mon 09:00-17:00")
            try await studio.answer("trainer", "hours", "luz", "--set", "tue-fri 09:00-17:00")
            try await body(studio)
        }
    }

    private func booking(_ name: String, _ options: String...) -> [String] {
        ["book", "--client", "\(name.lowercased())@example.com", "--name", name] + options
    }

    @Test("a full studio is reported as full, although its only working trainer is busy as well")
    func full() async throws {
        try await withChain { studio in
            let wednesday = ["--studio", "phoenix", "--at", "wed 10am"]
            try await studio.answer(booking("Ana") + wednesday, now: Self.morning)
            let refusal = try await studio.refusal(booking("Ben") + wednesday, now: Self.morning)
            #expect(refusal.code == "studio_full")
            #expect(refusal.message == "Phoenix has no station left at 2026-12-02 10:00 MST")
        }
    }

    @Test("the hint for a trainer of another studio has the command that books the trainer there")
    func book() async throws {
        try await withChain { studio in
            let monday = booking("Ana", "--trainer", "sam", "--at", "mon 10am")
            let refusal = try await studio.refusal(monday, now: Self.morning)
            #expect(refusal.code == "outside_hours")
            #expect(refusal.hint == "add --studio phoenix, or choose another trainer: see `intro agenda brooklyn`")
            let booked = try await studio.answer(monday + ["--studio", "phoenix"], now: Self.morning)
            #expect(booked["studio"]?["id"] == "phoenix" && booked["local_start"] == "2026-12-07 10:00 MST")
        }
    }

    @Test("the hint has the move to the studio of the requested trainer; an override does not help")
    func reschedule() async throws {
        try await withChain { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-02 10:00")
            let move = ["reschedule", reference, "--trainer", "luz", "--at", "thu 9am"]
            for options in [[], ["--override", "asked for Luz"]] {
                let refusal = try await studio.refusal(move + options, now: Self.morning)
                #expect(
                    refusal.hint
                        == "to move it there: `intro reschedule \(reference) --studio phoenix --trainer luz --at TIME`; "
                        + "otherwise choose another trainer: see `intro agenda downtown`")
            }
            let moved = try await studio.answer(move + ["--studio", "phoenix"], now: Self.morning)
            #expect(moved["studio"]?["id"] == "phoenix" && moved["trainer"]?["handle"] == "luz")
        }
    }

    @Test("an override without a trainer hints at --trainer if no trainer is at work, which permits the booking")
    func override() async throws {
        try await withChain { studio in
            let sunday = booking("Ana", "--studio", "phoenix", "--at", "sun 10am", "--override", "open day")
            let refusal = try await studio.refusal(sunday, now: Self.morning)
            #expect(refusal.code == "outside_hours" && refusal.hint.contains("--trainer"), "\(refusal.hint)")
            let plain = try await studio.refusal(Array(sunday.dropLast(2)), now: Self.morning)
            #expect(plain.hint == "see `intro slots --studio phoenix`")
            let booked = try await studio.answer(sunday + ["--trainer", "luz"], now: Self.morning)
            #expect(booked["waived_rules"]?.items.map(\.text) == ["outside_hours"])
        }
    }

    @Test("without an active trainer, names the retired ones")
    func retired() async throws {
        try await withChain { studio in
            for trainer in ["luz", "sam"] { try await studio.answer("trainer", "retire", trainer) }
            let refusal = try await studio.refusal(
                booking("Ana", "--studio", "phoenix", "--at", "wed 10am"), now: Self.morning)
            #expect(refusal.code == "outside_hours")
            #expect(refusal.message == "no active trainer works at Phoenix: Luz, Sam no longer take sessions")
        }
    }

    @Test("cover with a trainer of another city says why that trainer takes no session")
    func cover() async throws {
        try await withChain { studio in
            try await studio.book("Ana", at: "2026-12-02 10:00")
            let cover = ["trainer", "cover", "maria", "--with", "luz", "--from", "2026-12-02"]
            let text = try await studio.intro(cover, now: Self.morning).stdout
            #expect(text.hasPrefix("Moved 0 of 1 session of Maria Lopez"), "\(text)")
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("Luz works at Phoenix, not at Downtown Strength, on Wed Dec 2;"), "\(text)")
            let left = try await studio.answer(cover, now: Self.morning)["left"]?.items.first
            #expect(left?["message"] == "Luz works at Phoenix, not at Downtown Strength, on 2026-12-02")
        }
    }
}
