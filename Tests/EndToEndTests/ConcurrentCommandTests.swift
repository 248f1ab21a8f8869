import Testing

@Suite("concurrent commands of many desks", .serialized)
struct ConcurrentCommandTests {
    @Test("of 24 concurrent bookings of one slot, one succeeds and 23 are refused with alternatives")
    func oneSlot() async throws {
        try await Studio.with { studio in
            let results = try await atOnce(24) { number in
                try await studio.intro(
                    "book", "--client", "guest\(number)@example.com", "--name", "Guest \(number)", "--trainer", "maria",
                    "--at", "2026-12-01 09:00", "--json")
            }
            #expect(results.count { $0.exit == 0 } == 1)
            let refusals = results.filter { $0.exit != 0 }
            for refusal in refusals {
                #expect(refusal.exit == 3)
                #expect(refusal.stdout.isEmpty)
                #expect(refusal.error?.code == "slot_taken", "\(refusal.stderr)")
                let alternatives = try #require(refusal.error?.alternatives)
                let starts = ["2026-12-01 08:00 PST", "2026-12-01 08:30 PST", "2026-12-01 09:30 PST"]
                #expect(alternatives.compactMap { $0["local_start"]?.text } == starts)
                #expect(alternatives.allSatisfy { $0["trainer"] == "maria" && $0["studio"] == "downtown" })
            }
            #expect(try await studio.count("session") == 1)
            #expect(try await studio.count("client") == 1, "a refused booking creates no client")
            #expect(try await studio.count("message", where: "rule = 'confirmation'") == 1)
        }
    }

    @Test("24 concurrent repetitions of one request make one booking and return the same result")
    func oneRequest() async throws {
        try await Studio.with { studio in
            let results = try await atOnce(24) { _ in
                try await studio.intro(
                    "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--request-id",
                    "form-4711", "--json")
            }
            #expect(results.allSatisfy { $0.exit == 0 }, "\(results.map(\.stderr))")
            let bookings = try results.map { try $0.printed }
            #expect(bookings.count { $0["created"] == true } == 1)
            #expect(bookings.count { $0["created"] == false } == 23)
            #expect(Set(bookings.map { $0.without("created") }).count == 1)
            #expect(try await studio.count("session") == 1)
            #expect(try await studio.count("client") == 1)
        }
    }

    @Test("16 concurrent bookings without a trainer fill both stations, each with another trainer")
    func anyTrainer() async throws {
        try await Studio.with { studio in
            let results = try await atOnce(16) { number in
                try await studio.intro(
                    "book", "--client", "guest\(number)@example.com", "--name", "Guest \(number)", "--at",
                    "2026-12-01 09:00", "--json")
            }
            let booked = try results.filter { $0.exit == 0 }.map { try $0.printed }
            #expect(booked.count == 2)
            #expect(Set(booked.map { $0["trainer"]?["handle"] }) == ["aiko", "james"])
            let refusals = results.filter { $0.exit != 0 }
            #expect(
                refusals.allSatisfy { $0.exit == 3 && $0.error?.code == "studio_full" }, "\(refusals.map(\.stderr))")
            #expect(refusals.allSatisfy { $0.error?.alternatives?.count == 3 })
        }
    }

    @Test("of 12 concurrent moves to one slot, one succeeds and the others keep their time")
    func oneSlotForMoves() async throws {
        try await Studio.with { studio in
            let starts = ["07:00", "07:30", "08:00", "08:30", "09:00", "09:30"]
            let references = try await atOnce(12) { number in
                try await studio.reference(
                    "Guest\(number)", at: "2026-12-0\(2 + number / 6) \(starts[number % 6])", with: "maria")
            }
            let results = try await atOnce(12) { number in
                try await studio.intro("reschedule", references[number], "--at", "2026-12-01 15:00", "--json")
            }
            #expect(results.count { $0.exit == 0 } == 1)
            #expect(results.count { $0.exit == 3 && $0.error?.code == "slot_taken" } == 11, "\(results)")
            #expect(try await studio.count("session", where: "revision = 1") == 11)
        }
    }

    @Test(
        "concurrent bookings, moves and cancellations each succeed or are refused by a rule"
    )
    func mixed() async throws {
        try await Studio.with { studio in
            let starts = ["09:00", "09:30", "10:00", "10:30"]
            let references = try await atOnce(8) { number in
                try await studio.reference(
                    "Early\(number)", at: "2026-12-01 \(starts[number % 4])", with: number < 4 ? "maria" : "james")
            }
            let results = try await atOnce(32) { number in
                let start = "2026-12-01 \(starts[(number / 4) % 4])"
                let guest = ["--client", "late\(number)@example.com", "--name", "Late \(number)", "--at", start]
                let command =
                    switch number % 4 {
                    case 0: ["reschedule", references[number / 4], "--at", start, "--override", "mixed up"]
                    case 1: ["cancel", references[number / 4]]
                    case 2: ["book", "--trainer", "maria"] + guest
                    default: ["book"] + guest
                    }
                return try await studio.intro(command + ["--json"])
            }
            #expect(results.allSatisfy { [0, 3].contains($0.exit) }, "\(results.map(\.stderr))")
            let cancelled = try await studio.count("session", where: "status = 'cancelled'")
            #expect(cancelled == 8, "a cancellation that waits for a move is not refused")
        }
    }
}
