import Testing

@testable import Schema

@Suite("evaluation of recorded schemas")
struct RecordedSchemaTests {
    private let binary = SchemaRelease(
        steps: [Migration(1, "people", [97]), Migration(2, "sessions", [98]), Migration(3, "events", [99])],
        functions: [SchemaFunction("open_slots", [120]), SchemaFunction("plan", [121])], functionSet: 7,
        oldestBinary: 1)

    /// The checksum of a text of one letter.
    private static func checksum(_ letter: String) -> String { SchemaText(Array(letter.utf8)).checksum }

    private func recorded(
        steps: [(String, Int32, String)] = [("people", 1, "a"), ("sessions", 2, "b"), ("events", 3, "c")],
        functions: [(String, Int32, String)] = [("open_slots", 0, "x"), ("plan", 0, "y")],
        functionSet: Int32? = 7, oldestBinary: Int32 = 1
    ) -> RecordedSchema {
        var rows = steps + functions
        if let functionSet {
            rows += [("function_set", -1, "\(functionSet)"), ("oldest_binary", -2, "\(oldestBinary)")]
        }
        // The letters stand for texts.
        return RecordedSchema(
            rows.map { ($0.0, $0.1, $0.1 < 0 ? $0.2 : Self.checksum($0.2)) })
    }

    @Test("the same steps, functions and function set are current")
    func current() {
        #expect(recorded().evaluated(by: binary) == .current)
    }

    @Test("a missing step, a different function or an older function set is behind")
    func behind() {
        let behind = Schema.Status.behind(database: 3, binary: 3)
        #expect(
            recorded(steps: [("people", 1, "a"), ("sessions", 2, "b")]).evaluated(by: binary)
                == .behind(database: 2, binary: 3))
        #expect(recorded(functions: [("open_slots", 0, "x")]).evaluated(by: binary) == behind)
        #expect(recorded(functions: [("open_slots", 0, "old"), ("plan", 0, "y")]).evaluated(by: binary) == behind)
        #expect(recorded(functionSet: 6).evaluated(by: binary) == behind)
        #expect(recorded(functionSet: nil).evaluated(by: binary) == behind)
    }

    @Test("a newer function set is compatible if it allows this binary, and ahead otherwise")
    func newerFunctions() {
        let functions: [(String, Int32, String)] = [("open_slots", 0, "newer"), ("plan", 0, "y")]
        #expect(
            recorded(functions: functions, functionSet: 8, oldestBinary: 3).evaluated(by: binary)
                == .compatible(database: 3, binary: 3))
        #expect(
            recorded(functions: functions, functionSet: 8, oldestBinary: 4).evaluated(by: binary)
                == .ahead(database: 3, binary: 3))
    }

    @Test("a newer step is compatible only if a newer setup allows this binary")
    func newerStep() {
        let steps: [(String, Int32, String)] = [
            ("people", 1, "a"), ("sessions", 2, "b"), ("events", 3, "c"), ("rooms", 4, "d"),
        ]
        #expect(
            recorded(steps: steps, functionSet: 8, oldestBinary: 3).evaluated(by: binary)
                == .compatible(database: 4, binary: 3))
        #expect(
            recorded(steps: steps, functionSet: 8, oldestBinary: 4).evaluated(by: binary)
                == .ahead(database: 4, binary: 3)
        )
        #expect(recorded(steps: steps).evaluated(by: binary) == .ahead(database: 4, binary: 3))
        #expect(recorded(steps: steps, functionSet: nil).evaluated(by: binary) == .ahead(database: 4, binary: 3))
    }

    @Test("a changed step, or one missing among later ones, is altered")
    func altered() {
        #expect(
            recorded(steps: [("people", 1, "z"), ("sessions", 2, "b")]).evaluated(by: binary)
                == .altered(step: "people"))
        #expect(
            recorded(steps: [("people", 1, "a"), ("events", 3, "c")]).evaluated(by: binary)
                == .altered(step: "sessions"))
    }

    @Test("the recorded digest matches the functions")
    func digest() {
        #expect(
            SchemaFunction.currentDigest == SchemaFunction.digest,
            "raise SchemaFunction.set where this release is out, and record the digest \(SchemaFunction.currentDigest)")
    }
}
