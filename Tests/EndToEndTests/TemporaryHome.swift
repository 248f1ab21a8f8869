import Foundation
import Testing

/// A folder for `INTRO_HOME` for one test.
struct TemporaryHome {
    /// The folder.
    let path: String
    /// The owner, if it is not the user who runs the tests.
    let userID: UInt32?

    /// Runs a test with a home folder, and afterwards stops the server in it and deletes it.
    ///
    /// - Parameters:
    ///   - name: The name below a new folder, or `nil` for that folder itself.
    ///   - userID: The owner.
    ///   - body: The test.
    /// - Throws: The error of the test.
    static func with(
        name: String? = nil,
        userID: UInt32? = nil,
        _ body: (TemporaryHome) async throws -> Void
    ) async throws {
        let folder = "/tmp/it-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        if let userID {
            try #require(chown(folder, userID, 65_534) == 0)
        }
        let home = TemporaryHome(path: name.map { folder + "/" + $0 } ?? folder, userID: userID)
        let outcome = await Result.catching { try await body(home) }
        await home.clear(folder)
        try outcome.get()
    }

    /// Runs `intro` with this home folder.
    func intro(_ arguments: String..., environment: [String: String] = [:]) async throws -> IntroBinary.Result {
        try await run(arguments, environment)
    }

    /// The output of `intro local status`.
    func status() async throws -> LocalStatus {
        try await run(["local", "status", "--json"], [:]).json(LocalStatus.self)
    }

    /// Runs `intro` with this home folder and a list of arguments.
    func run(_ arguments: [String], _ environment: [String: String]) async throws -> IntroBinary.Result {
        let variables = environment.merging(["INTRO_HOME": path]) { own, _ in own }
        return try await IntroBinary.run(arguments, environment: variables, as: userID)
    }

    private func clear(_ folder: String) async {
        let files = FileManager.default
        if let status = try? await status() {
            _ = try? await run(["local", "stop"], [:])
            let elsewhere = "/var/lib/intro/homes/"
            if status.data.hasPrefix(elsewhere) {
                try? files.removeItem(atPath: String(status.data.dropLast("/data".count)))
                // Removes only empty folders: another cluster may be there.
                rmdir(elsewhere)
                rmdir("/var/lib/intro")
            }
            if status.socket.hasPrefix("/tmp/intro-") {
                try? files.removeItem(atPath: status.socket)
            }
        }
        try? files.removeItem(atPath: folder)
    }
}

/// The object that `intro local status --json` prints.
struct LocalStatus: Decodable, Equatable {
    let running: Bool
    let home: String
    let data: String
    let socket: String
    let pid: Int32?
    let url: String
}

extension Result where Failure == any Error {
    /// The result or the error of an asynchronous body.
    static func catching(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
