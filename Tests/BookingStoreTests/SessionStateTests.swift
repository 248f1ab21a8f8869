import Foundation
import Testing

/// What a connection pooler in transaction mode would hand to another client, and clocks that are not the caller's.
@Suite("The sources of the store")
struct SessionStateTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")

    private func lines(of folders: [String]) throws -> [(place: String, text: Substring)] {
        var lines: [(String, Substring)] = []
        for folder in folders {
            let url = Self.root.appending(path: folder).standardized
            let files = try #require(FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                    lines.append(("\(file.lastPathComponent):\(number + 1)", line))
                }
            }
        }
        return lines
    }

    @Test("change no setting for longer than a transaction")
    func settings() throws {
        let lines = try lines(of: ["BookingStore", "Reminders", "Jobs", "intro"])
        #expect(lines.count > 5000)
        // Regular expressions are slow: most lines hold none of these words.
        for line in lines where ["SET ", "set_config"].contains(where: line.text.contains) {
            let lasts =
                line.text.contains(#/"\s*(SET (?!LOCAL|TRANSACTION)|RESET )/#)
                || line.text.contains(#/set_config\([^)]*, false\)/#)
            #expect(!lasts, "\(line.place) outlasts its transaction: \(line.text)")
        }
    }

    @Test("decide by the instant that they are given, and never by this machine's clock")
    func clock() throws {
        let lines = try lines(of: ["Booking", "BookingStore", "Reminders"])
        #expect(lines.count > 3000)
        for line in lines where ["Date", "timeInterval"].contains(where: line.text.contains) {
            let asks = line.text.contains(#/\bDate\(\)|\bDate\.now\b|timeIntervalSinceNow/#)
            #expect(!asks, "\(line.place) asks the clock: \(line.text)")
        }
    }
}
