import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// The options of every command that changes sessions.
struct ChangeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Retry-safe key: repeating it returns the first result.", valueName: "key"))
    var requestID: String?

    @Flag(help: "Check the change without making it.")
    var dryRun = false

    /// Returns the request for the domain.
    ///
    /// - Throws: `InvalidInput`.
    func request(now: Date) throws -> ChangeRequest {
        ChangeRequest(
            now: now, requestID: try requestID.map { try SingleLineText($0, field: "--request-id").text },
            isDryRun: dryRun)
    }
}

/// The result of a command for one session, as JSON and as text.
struct SessionOutcome {
    var record: SessionRecord
    private let text: TimedText
    /// Whether the text has sentences, which are wrapped on a terminal.
    private let isSentences: Bool

    /// Creates the outcome of showing a session.
    init(_ session: Session, text: String) {
        record = SessionRecord(session)
        self.text = TimedText(text)
        isSentences = false
    }

    /// Creates the outcome of a change.
    ///
    /// - Parameters:
    ///   - result: The result.
    ///   - words: The words for the change.
    ///   - request: The request.
    ///   - what: The session after the reference, such as its time; `nil` for time, trainer and client.
    init(_ result: ChangeResult, _ words: ChangeWords, _ request: ChangeRequest, what: TimedText? = nil) {
        let (session, isDryRun, now) = (result.session, request.isDryRun, request.now)
        record = SessionRecord(session)
        isSentences = true
        if isDryRun { record.dryRun = true }
        if result.isRepeated { record.repeated = true }
        let what = what ?? "\(session.start) with \(session.trainer.name) for \(session.client.name)."
        let verb =
            result.isRepeated ? "\(words.done) before, now \(session.status.words)" : isDryRun ? words.dry : words.done
        let line: TimedText = "\(verb)  \(session.reference)  \(what)"
        record.add(result.messages, on: session.studio.clock)
        var lines = [line.visible]
        if let obstacle = session.affected { lines.append("Problem: \(obstacle.words)" as TimedText) }
        if let messages = result.messages, result.changed, !result.isRepeated {
            lines.append(messages.line(on: session.studio.clock, at: now))
        }
        text = TimedText(joining: lines, with: "\n")
    }

    /// Returns the text, in the form and the width of the console.
    func text(on console: Console) -> String {
        let text = text.text(in: console.times)
        return isSentences ? console.wrapped(text) : text
    }
}

/// The words for a change, when it was made and when it was only checked.
struct ChangeWords {
    let done: String
    let dry: String

    /// The words for a mark.
    static func mark(_ outcome: Session.Status) -> ChangeWords {
        outcome == .attended
            ? ChangeWords(done: "Attended", dry: "Can be marked attended")
            : ChangeWords(done: "No-show", dry: "Can be marked no-show")
    }

    /// The words for a cancellation.
    static func cancellation(by party: Session.CancelledBy) -> ChangeWords {
        party == .client
            ? ChangeWords(done: "Cancelled", dry: "Can be cancelled")
            : ChangeWords(done: "Cancelled by the studio", dry: "Can be cancelled by the studio")
    }

    static let confirmation = ChangeWords(done: "Confirmed", dry: "Can be confirmed")
    static let move = ChangeWords(done: "Moved", dry: "Can be moved")
    static let correction = ChangeWords(done: "Booked again", dry: "Can be booked again")
}

/// The end of a command that has already printed its failures.
struct ReportedFailures: Error {
    /// The exit code of the first failure.
    let exit: ExitCode
}

extension Intro {
    /// Processes each reference of a command line independently and prints the results.
    ///
    /// One reference has one result, as an object with `--json`. Several have an array of the results; each failure is
    /// printed on standard error, and the first one determines the exit code.
    ///
    /// - Parameters:
    ///   - references: The references or clients, as they were typed.
    ///   - requestID: The key of the changes.
    ///   - database: The database, in which the sessions are found.
    ///   - separator: The text between two results.
    ///   - process: Processes one session.
    /// - Throws: The error of the only reference, `ReportedFailures`, or an output error.
    func forEach(
        _ references: [String], for requestID: String? = nil, in database: Database, separatedBy separator: String = "",
        _ process: (Session) async throws -> SessionOutcome
    ) async throws {
        if let only = references.first, references.count == 1 {
            let outcome = try await process(session(only, for: requestID, in: database))
            return try console.report(outcome.record) { outcome.text(on: console) }
        }
        var (records, first): ([SessionRecord], Failure?) = ([], nil)
        references: for reference in references {
            do {
                let outcome = try await process(session(reference, for: requestID, in: database))
                if !console.isJSON {
                    try console.print((records.isEmpty ? "" : separator) + outcome.text(on: console))
                }
                records.append(outcome.record)
            } catch let error as OutputError {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                let failure = Failure(describing: await withSuggestion(error))
                console.show(failure)
                first = first ?? failure
                // No other reference can be processed either.
                if failure.exit == .unreachable || failure.exit == .misconfigured { break references }
            }
        }
        if console.isJSON { try console.print(jsonText(records)) }
        if let first { throw ReportedFailures(exit: first.exit) }
    }
}
