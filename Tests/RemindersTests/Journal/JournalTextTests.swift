import Booking
import BookingStore
import Foundation
import SeededRandom
import Testing

@testable import Reminders

@Suite("Journal lines")
struct JournalTextTests {
    static let now = Date(timeIntervalSince1970: 1_798_848_000)

    static func attempt(
        _ code: String = "00000001", run: Int32 = 1, row: Int64 = 1, number: Int32 = 1, at: Date = now,
        deadline: Date? = now + 86_400
    ) throws -> JournalLine {
        let message = MessageIdentity(
            subject: .session(try Reference(code), revision: 1), rule: "confirmation", channel: .email)
        return .attempt(
            JournaledAttempt(
                run: run, row: row, attempt: DeliveryAttempt(message: message, number: number, at: at),
                deadline: deadline))
    }

    static func start(_ run: Int32, epoch: UUID = UUID()) -> JournalLine {
        .start(RecordedRun(id: run, startedAt: 5, epoch: epoch), until: 7)
    }

    static func text(_ lines: [JournalLine]) -> String { lines.map { $0.text + "\n" }.joined() }

    @Test("parses each kind of line to its original value")
    func roundTrip() throws {
        let day = MessageIdentity(
            subject: .day(Trainer.ID(3), try LocalDate("2026-12-01")), rule: "trainer-digest", channel: .email)
        let lines = [
            .epoch(UUID(), noticedAt: 9, systemIdentifier: 7_301_234_567_890_123_456, timeline: 2),
            .epoch(UUID(), noticedAt: 9, systemIdentifier: nil, timeline: nil), Self.start(4), .end(run: 4),
            try Self.attempt(), try Self.attempt(deadline: nil),
            .attempt(
                JournaledAttempt(
                    run: 4, row: 9, attempt: DeliveryAttempt(message: day, number: 2, at: Self.now), deadline: nil)),
            .notSent(run: 4, message: 9),
        ]
        for line in lines { #expect(JournalLine(line.text[...]) == line) }
        #expect(JournalText(Self.text(lines)).lines == lines)
    }

    @Test("contains no personal data")
    func noPersons() throws {
        let words = try Self.attempt().text.split(separator: " ")
        #expect(words[0] == "attempt" && words[6...10] == ["session", "00000001", "1", "confirmation", "email"])
    }

    @Test("a truncated file loses only its incomplete line")
    func torn() throws {
        let lines = [Self.start(1), try Self.attempt(), try Self.attempt("00000002", row: 2)]
        let text = Self.text(lines)
        for length in 0...text.count {
            let whole = text.prefix(length).count { $0 == "\n" }
            #expect(JournalText(String(text.prefix(length))).lines == Array(lines.prefix(whole)))
        }
    }

    @Test("ignores a truncated or changed line within a file")
    func damaged() throws {
        let (first, second) = (try Self.attempt().text, try Self.attempt("00000002", row: 2).text)
        #expect(JournalText("\(first.dropLast(9))\n\(second)\n").attempts.count == 1)
        #expect(JournalText("\(first.dropLast(9))\(second)\n").attempts.isEmpty)
        #expect(JournalText(first.replacing("00000001", with: "00000003") + "\n").attempts.isEmpty)
    }

    @Test("ignores an attempt that was not sent, and keeps one of an earlier run with the same number")
    func notSent() throws {
        let lines = [
            Self.start(1), try Self.attempt("00000001"), Self.start(1), try Self.attempt("00000002"),
            .notSent(run: 1, message: 1),
        ]
        let content = JournalContent([Self.text(lines)])
        #expect(content.attempts.keys.map(\.subject) == [.session(try Reference("00000001"), revision: 1)])
    }

    @Test("combines files by the last attempt of each message and the last run of each file")
    func severalFiles() throws {
        let epochs = [UUID(), UUID()]
        let files = [
            [
                .epoch(epochs[0], noticedAt: 3, systemIdentifier: 1, timeline: 1), Self.start(1, epoch: epochs[0]),
                try Self.attempt(number: 2), .end(run: 1),
            ],
            [
                .epoch(epochs[1], noticedAt: 4, systemIdentifier: 1, timeline: 2), Self.start(2, epoch: epochs[1]),
                try Self.attempt(number: 1), try Self.attempt("00000002", row: 2),
            ],
        ]
        let content = JournalContent(files.map { Self.text($0) })
        #expect(content.attempts.values.map(\.number).sorted() == [1, 2])
        #expect(content.epochs == [epochs[0]: 3, epochs[1]: 4])
        #expect(content.runs.map(\.hasEnded) == [true, false])
        #expect(content.horizon == 7 && !content.isEmpty)
        #expect(JournalContent([]).isEmpty)
    }

    @Test("pruning keeps attempts until a day after their deadline or for eight days, and the epoch")
    func pruned() throws {
        let token = UUID()
        let lines = [
            .epoch(token, noticedAt: 9, systemIdentifier: 1, timeline: 1), Self.start(1),
            try Self.attempt("00000001", run: 1, deadline: Self.now - 86_400), .end(run: 1), Self.start(2),
            try Self.attempt("00000002", run: 2, row: 2, deadline: Self.now - 86_399), .end(run: 2), Self.start(3),
            try Self.attempt("00000003", run: 3, row: 3, at: Self.now - 8 * 86_400, deadline: nil),
            try Self.attempt("00000004", run: 3, row: 4, at: Self.now - 8 * 86_400 + 1, deadline: nil),
            try Self.attempt("00000005", run: 3, row: 5), .notSent(run: 3, message: 5), .end(run: 3),
        ]
        let kept = JournalText(Self.text(lines)).pruned(at: Self.now)
        #expect(kept == [lines[0], lines[4], lines[5], lines[7], lines[9], lines[12]])
        let later = JournalText(Self.text(lines)).pruned(at: Self.now + 9 * 86_400)
        #expect(later == [lines[0], lines[7], lines[12]])
    }

    @Test("pruning does not change the content of random journals")
    func randomJournals() throws {
        var random = SeededGenerator(seed: 20_261_129)
        for _ in 0..<300 {
            var lines: [JournalLine] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let (run, row) = (Int32.random(in: 1...3, using: &random), Int64.random(in: 1...5, using: &random))
                switch Int.random(in: 0...5, using: &random) {
                case 0: lines.append(Self.start(run))
                case 1: lines.append(.end(run: run))
                case 2: lines.append(.notSent(run: run, message: row))
                default:
                    lines.append(try Self.attempt("0000000\(row)", run: run, row: row, number: run))
                }
            }
            let (full, pruned) = (
                JournalContent([Self.text(lines)]),
                JournalContent([Self.text(JournalText(Self.text(lines)).pruned(at: Self.now))])
            )
            #expect(full.attempts == pruned.attempts)
            #expect(full.runs == pruned.runs)
        }
    }
}
