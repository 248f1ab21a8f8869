import ArgumentParser
import BookingStore
import FoundationEssentials
import LocalPostgres
import Postgres

extension CompletionKind {
    /// The handles of the active trainers.
    static let trainers = live { try await $0.trainers() }

    /// The handles of the studios.
    static let studios = live { try await $0.studios() }

    /// The references of the booked sessions from yesterday on.
    static let references = live { try await $0.references(from: Date() - 86_400, limit: 500) }

    private static func live(
        _ read: @escaping @Sendable (CompletionRepository) async throws -> [String]
    ) -> CompletionKind {
        .custom { words, _, _ in await liveCompletions(words, read: read) }
    }
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
