import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Telemetry

@Suite("Metrics file")
struct MetricsFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "intro-metrics-\(UUID().uuidString)")
        .path
    private var path: String { folder + "/intro.prom" }

    /// Runs a test with the folder, and removes it afterwards.
    private func withFolder(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body()
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    @Test("replaces the text, is readable for all users, and leaves no other file")
    func replacement() throws {
        try withFolder {
            try MetricsFile(path).write("a 1\na 2\n")
            try MetricsFile(path).write("b 1\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "b 1\n")
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
            #expect(try names() == ["intro.prom"])
        }
    }

    @Test("a concurrent reader sees complete contents, and the collector sees no draft")
    func atomicity() throws {
        try withFolder {
            let texts = ["a", "b"].map { String(repeating: "\($0) 1\n", count: 50_000) }
            try MetricsFile(path).write(texts[0])
            let isOver = Atomic(false)
            let outcome = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { part in
                do {
                    if part == 0 {
                        defer { isOver.store(true, ordering: .releasing) }
                        for round in 1...60 { try MetricsFile(path).write(texts[round % 2]) }
                    } else {
                        repeat {
                            let text = try String(contentsOfFile: path, encoding: .utf8)
                            if !texts.contains(text) { outcome.withLock { $0.append("\(text.utf8.count) octets") } }
                            let collected = try names().filter { $0.hasSuffix(".prom") }
                            if collected != ["intro.prom"] { outcome.withLock { $0.append("\(collected)") } }
                        } while !isOver.load(ordering: .acquiring)
                    }
                } catch {
                    outcome.withLock { $0.append("\(error)") }
                }
            }
            #expect(outcome.withLock { $0 } == [])
        }
    }

    @Test("the error of a missing folder has the cause and advice")
    func missingFolder() {
        let error = #expect(throws: MetricsFileError.self) { try MetricsFile(path).write("a 1\n") }
        #expect(
            error?.description
                == "the metrics file \(path) was not written: could not make a draft beside it: "
                + "No such file or directory; make its folder, or name a file elsewhere")
    }

    @Test("a draft that cannot be moved into place is removed")
    func failedMove() throws {
        try withFolder {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let error = #expect(throws: MetricsFileError.self) { try MetricsFile(path).write("a 1\n") }
            #expect(error?.reason == "could not move the draft into its place: Is a directory")
            #expect(try names() == ["intro.prom"])
        }
    }

    @Test(
        "the error of a folder without write permission has advice",
        .enabled(if: geteuid() != 0, "root may write everywhere"))
    func forbiddenFolder() {
        let error = #expect(throws: MetricsFileError.self) { try MetricsFile("/intro.prom").write("a 1\n") }
        #expect(error?.hint.hasPrefix("let this user write") == true)
    }

    @Test("accepts a relative path")
    func relativePath() throws {
        try withFolder {
            let here = FileManager.default.currentDirectoryPath
            let up = String(repeating: "../", count: here.split(separator: "/").count)
            try MetricsFile(up + path.dropFirst()).write("a 1\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "a 1\n")
        }
    }
}
