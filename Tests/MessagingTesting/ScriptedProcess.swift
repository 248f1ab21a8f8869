import Foundation

/// A server in Python that follows a plan and records events.
final class ScriptedProcess: Sendable {
    /// The port on 127.0.0.1.
    let port: Int

    private let folder: ScratchFolder
    private let process: ChildProcess

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - script: The name of the script beside this file.
    ///   - plan: Returns the plan, given the path of the event file.
    /// - Throws: `TestFailure` when it does not start.
    init(_ script: String, plan: (String) -> some Encodable) throws {
        guard let python = InstalledPrograms.python else { throw TestFailure(description: "Python is not installed.") }
        folder = try ScratchFolder()
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(script).path
        let json = String(decoding: try JSONEncoder().encode(plan("\(folder.path)/events")), as: UTF8.self)
        process = try ChildProcess(python, ["-u", path, json])
        guard let port = Int(try process.readLine()) else {
            throw TestFailure(description: "The server printed no port.")
        }
        self.port = port
    }

    deinit {
        stop()
    }

    /// Sends the held responses.
    func release() {
        process.write("release\n")
    }

    func stop() {
        process.stop()
    }

    /// Returns the events so far, in order, without a line that is still being written.
    func events<Event: Decodable>() throws -> [Event] {
        let log = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/events"))
        let lines = log[..<(log.lastIndex(of: UInt8(ascii: "\n")) ?? log.startIndex)]
        return try lines.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Event.self, from: $0) }
    }
}
