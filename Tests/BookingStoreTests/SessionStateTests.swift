import Foundation
import Testing

/// Checks of the source code for session state, which a transaction-mode connection pooler shares, and for clock reads.
@Suite("Source code of the store")
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

    @Test("changes settings only within a transaction")
    func settings() throws {
        let lines = try lines(of: ["BookingStore", "Reminders", "Jobs", "intro"])
        #expect(lines.count > 5000)
        // A substring search first, since regular expressions are slow and most lines have none of these words.
        for line in lines where ["SET ", "set_config"].contains(where: line.text.contains) {
            let outlastsTransaction =
                line.text.contains(#/"\s*(SET (?!LOCAL|TRANSACTION)|RESET )/#)
                || line.text.contains(#/set_config\([^)]*, false\)/#)
            #expect(!outlastsTransaction, "\(line.place) changes settings within the transaction only: \(line.text)")
        }
    }

    @Test("does not read the machine's clock")
    func clock() throws {
        let lines = try lines(of: ["Booking", "BookingStore", "Reminders"])
        #expect(lines.count > 3000)
        for line in lines where ["Date", "timeInterval"].contains(where: line.text.contains) {
            let readsClock = line.text.contains(#/\bDate\(\)|\bDate\.now\b|timeIntervalSinceNow/#)
            #expect(!readsClock, "\(line.place) does not read the machine's clock: \(line.text)")
        }
    }
}
