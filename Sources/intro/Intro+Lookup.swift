import Booking
import BookingStore
import FoundationEssentials
import Postgres

extension Intro {
    /// Where and with whom, as a command line names them.
    struct Setting: Sendable {
        let studio: Studio
        let trainer: Trainer?
    }

    /// Finds the studio and the trainer that a command names. Without a studio, the trainer's own counts, or the only one.
    ///
    /// - Parameters:
    ///   - studio: The value of `--studio`.
    ///   - trainer: The value of `--trainer`.
    ///   - database: Where to look.
    /// - Throws: `NotFound`, `InvalidInput`, or a `Failure` where several studios may be meant.
    func setting(studio: String?, trainer: String?, in database: Database) async throws -> Setting {
        let studio = try studio.map { try Handle($0, field: "--studio") }
        let trainer = try trainer.map { try Handle($0, field: "--trainer") }
        return try await database.withConnection { connection in
            let trainer: Trainer? =
                if let trainer { try await TrainerRepository(connection).named(trainer) } else { nil }
            let studios = StudioRepository(connection)
            if let handle = studio ?? trainer?.homeStudio {
                return Setting(studio: try await studios.named(handle), trainer: trainer)
            }
            let all = try await studios.all()
            guard let only = all.first, all.count == 1 else { throw Self.undecided(all) }
            return Setting(studio: only, trainer: nil)
        }
    }

    private static func undecided(_ studios: [Studio]) -> any Error {
        guard !studios.isEmpty else {
            return NotFound(
                "studio yet",
                hint: "add one with `intro studio add`, or load the sample with `intro setup --sample`")
        }
        return Failure(
            code: "usage", message: "there are \(studios.count) studios, and none was named",
            hint: "add --studio with one of " + studios.map(\.handle.text).joined(separator: ", "), exit: .usage)
    }
}
