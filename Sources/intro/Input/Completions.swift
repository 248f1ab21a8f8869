import ArgumentParser
import BookingStore
import FoundationEssentials
import LocalPostgres
import Postgres

extension CompletionKind {
    /// The handles of the active trainers.
    static let trainers = live { try await $0.trainers() }

    /// The handles of the retired trainers.
    static let retiredTrainers = live { try await $0.retiredTrainers() }

    /// The handles of the studios.
    static let studios = live { try await $0.studios() }

    /// The references of the booked sessions from yesterday on.
    static let references = live { try await $0.references() }

    /// The same references, and the handles of all trainers and studios.
    static let eventSubjects = live { names in
        try await names.references() + names.trainers() + names.retiredTrainers() + names.studios()
    }

    private static func live(
        _ read: @escaping @Sendable (CompletionRepository) async throws -> [String]
    ) -> CompletionKind {
        .custom { words, _, prefix in
            await liveCompletions(words, read: read).map { completion($0, spelledLike: prefix) }
        }
    }
}

extension CompletionRepository {
    /// Returns the references of the booked sessions from yesterday on.
    fileprivate func references() async throws -> [String] {
        try await references(from: Date() - 86_400, limit: 500)
    }
}

/// Returns a value in the case of its typed beginning: shells drop values that do not begin with it exactly.
///
/// - Parameters:
///   - value: The value, such as a reference.
///   - prefix: The beginning that was typed.
/// - Returns: The value as it is, or beginning with the typed text and in lower case after it.
func completion(_ value: String, spelledLike prefix: String) -> String {
    guard !value.hasPrefix(prefix), value.lowercased().hasPrefix(prefix.lowercased()) else { return value }
    return prefix + value.dropFirst(prefix.count).lowercased()
}

/// Reads completions from the database; returns none if that fails or takes longer than a second.
///
/// A private PostgreSQL that is not running is not started.
private func liveCompletions(
    _ words: [String], read: @Sendable (CompletionRepository) async throws -> [String]
) async -> [String] {
    do {
        // Whatever follows the options of the database does not matter here, and may be incomplete.
        let options = try GlobalOptions.parse(databaseOptions(in: words))
        let intro = try Intro(options: options)
        if intro.settings.database.location == .local, try !intro.localServer.status.running { return [] }
        var configuration = try await intro.databaseConfiguration()
        configuration.maximumConnections = 1
        configuration.connectTimeout = .seconds(1)
        configuration.acquireTimeout = .seconds(1)
        configuration.statementTimeout = .seconds(1)
        let database = intro.open(configuration)
        let values = try await database.withConnection { try await read(CompletionRepository($0)) }
        await intro.close()
        return values
    } catch {
        return []
    }
}

/// Returns the options of a command line that select the database.
private func databaseOptions(in words: [String]) -> [String] {
    let names = ["--database", "--config"]
    var options: [String] = []
    for (word, next) in zip(words, words.dropFirst() + [""]) {
        if names.contains(word), !next.isEmpty { options += [word, next] }
        if names.contains(where: { word.hasPrefix($0 + "=") }) { options.append(word) }
    }
    return options
}
