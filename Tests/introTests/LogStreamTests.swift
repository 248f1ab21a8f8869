import Foundation
import Logging
import Testing

@testable import intro

@Suite("log entries")
struct LogStreamTests {
    private let instant = Date(timeIntervalSince1970: 1_796_076_000.25)

    private func json(_ fields: Logger.Metadata, merging object: String? = nil) -> String {
        LogEntry(level: .warning, message: "a \"b\"", fields: fields).json(at: instant, merging: object)
    }

    @Test("JSON has the members of each entry first, then the fields by name")
    func members() {
        let fields: Logger.Metadata = [
            "sent": .stringConvertible(3), "part": .stringConvertible(0.25), "all": .stringConvertible(true),
            "rules": .dictionary(["b": .stringConvertible(1), "a": "x"]), "queues": .array(["default", "messages"]),
            "level": "7",
        ]
        #expect(
            json(fields) == #"""
                {"at":"2026-11-30T22:00:00.250Z","level":"warning","priority":4,"label":"intro","message":"a \"b\"",\#
                "all":true,"_level":"7","part":0.25,"queues":["default","messages"],"rules":{"a":"x","b":1},"sent":3}
                """#)
        #expect(json([:], merging: #"{"error":{"code":"x"}}"#).hasPrefix(#"{"error":{"code":"x"},"at":"2026"#))
    }

    @Test(
        "line breaks and control characters are escaped",
        arguments: ["\n", "\r\n", "\u{1B}[31m", "\u{2028}", "\u{85}", "\0", "\u{202E}", "\u{E0001}"])
    func escapes(text: String) throws {
        let entry = LogEntry(level: .info, message: "a\(text)b", fields: ["k\(text)": "\(text)é"])
        for line in [entry.text, entry.json(at: instant)] {
            #expect(!line.contains(text) && !line.contains(where: \.isNewline), "\(line.debugDescription)")
            #expect(line.contains("é"))
        }
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(entry.json(at: instant).utf8))
        guard case .object(let members) = decoded else { return #expect(Bool(false), "a log line is a JSON object") }
        #expect(members["message"] == .string("a\(text)b") && members["k\(text)"] == .string("\(text)é"))
    }

    @Test("text shows nested fields without brackets")
    func text() {
        let entry = LogEntry(
            level: .notice, message: "sent",
            fields: ["rules": .dictionary(["b": .stringConvertible(1), "a": "x"]), "queues": .array(["d", "m"])])
        #expect(entry.text == "intro: notice: sent queues=d,m rules=a:x,b:1")
    }
}
