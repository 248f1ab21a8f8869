import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials

extension ClientCommand {
    /// `intro client note`.
    struct Note: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "note",
            abstract: "Add a note about a client for desk and trainer.",
            discussion: """
                The schedule, the agenda, the session and the trainer's digest show it; messages to the client do not.

                Example: intro client note ana@example.com "Prefers mornings; knee surgery in May"
                """)

        @Argument(help: .client)
        var who: String

        @Argument(help: "The note, on one line.")
        var text: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let text = try SingleLineText(text, field: "the note")
            let database = try await intro.database()
            let who = try await intro.clientIdentifier(who, in: database)
            let (client, notes) = try await intro.administration(database).addNote(text, about: who, now: intro.now)
            var record = ClientRecord(client)
            record.notes = notes.map { NoteRecord($0) }
            try intro.console.report(record) { "Noted for \(client.nameAndNumber): \(text.text.visible)" }
        }
    }
}

/// The JSON form of a note about a client.
struct NoteRecord: Encodable, Sendable, Equatable {
    let at: Date
    let by: String
    let text: String

    init(_ note: ClientNote) {
        at = note.at
        by = note.author
        text = note.text
    }
}

/// Returns a line for each note, with its date and author.
func lines(of notes: [ClientNote], on clock: StudioClock, _ times: TimeFormat) -> [String] {
    notes.map { "\($0.text) (\(times.text(clock.date(of: $0.at), on: clock)), \($0.author))" }
}

extension Session {
    /// The notes about the client on one line; `nil` if there are none.
    var notesText: String? {
        notes.isEmpty ? nil : notes.map(\.text).joined(separator: "; ")
    }
}
