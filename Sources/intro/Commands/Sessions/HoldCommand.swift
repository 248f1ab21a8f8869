import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// `intro hold`: holds a slot for a caller.
struct HoldCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Hold a slot for a few minutes.",
        discussion: """
            A held slot is not offered, and only its key books it: `intro book --hold KEY --client WHO`. After the expiry \
            the slot is free again.

            Example: intro hold --trainer maria --at "tue 9am" --for 15m
            """)

    @Option(help: ArgumentHelp("The time, such as \"tue 14:30\".", valueName: "time"))
    var at: String?

    @Option(
        help: ArgumentHelp("Handle or full name. (default: fewest sessions that day)", valueName: "handle"),
        completion: .trainers)
    var trainer: String?

    @Option(
        help: ArgumentHelp("The studio. (default: the trainer's, or the only one)", valueName: "id"),
        completion: .studios)
    var studio: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, such as 10m or 1h. (default: 10m)", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("A note, such as the caller's name.", valueName: "text"))
    var note: String?

    @Option(help: ArgumentHelp("Retry-safe key: repeating it returns the first result.", valueName: "key"))
    var requestID: String?

    @Option(help: ArgumentHelp("Release the slots of this key.", valueName: "key"))
    var release: String?

    @Flag(help: "List the slots that are held.")
    var list = false

    @Flag(help: "Check the hold without making it.")
    var dryRun = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard [at != nil, release != nil, list].filter(\.self).count == 1 else {
            throw ValidationError("give --at TIME, or --release KEY, or --list")
        }
        let terms = [trainer, duration, note, requestID].contains { $0 != nil } || dryRun
        guard at != nil || !terms && (list || studio == nil) else {
            throw ValidationError("--trainer, --for, --note, --request-id and --dry-run need --at")
        }
    }

    func run(in intro: Intro) async throws {
        let database = try await intro.database()
        if let at {
            try await hold(at, in: intro, database)
        } else if let release {
            try await self.release(release, in: intro, database)
        } else {
            try await list(in: intro, database)
        }
    }
}

extension HoldCommand {
    private func hold(_ at: String, in intro: Intro, _ database: Database) async throws {
        let target = try await intro.bookingTarget(studio: studio, trainer: trainer, in: database)
        let now = intro.now
        var request = HoldRequest(
            studio: target.studio,
            start: try await intro.sessionStart(at, at: target.studio, with: target.trainer?.id, in: database),
            minutes: try duration.map { try DurationInput.minutes($0, field: "--for", in: 1...1440) } ?? 10)
        request.trainer = target.trainer
        request.note = try note.map { try SingleLineText($0, field: "--note").text }
        request.requestID = try requestID.map { try SingleLineText($0, field: "--request-id").text }
        request.isDryRun = dryRun
        let result = try await intro.frontDesk(database).hold(request, now: now)
        var record = HoldRecord([result.hold], first: result.hold)
        record.created = result.created
        record.status = result.hold.status(at: now).rawValue
        if dryRun {
            record.hold = nil
            record.dryRun = true
        }
        try intro.console.report(record) { summary(result, at: now, times: intro.console.times) }
    }

    private func summary(_ result: HoldResult, at now: Date, times: TimeFormat) -> String {
        let hold = result.hold
        let slot = hold.slot
        let what = "\(slot.start.text(in: times)) with \(slot.trainer.name), at \(slot.studio.name)".visible
        if dryRun { return "Can be held: \(what)." }
        switch hold.status(at: now) {
        case .held:
            return """
                \(result.created ? "Held" : "Held before")  \(hold.key)  \(what), until \(hold.expiryTime.text(in: times)).
                book it with `intro book --hold \(hold.key) --client WHO`
                """
        case .expired:
            return """
                Expired  \(hold.key)  \(what): it was held until \(hold.expiry.text(in: times)).
                to hold it again, give another --request-id
                """
        case .used: return "Already booked  \(hold.key)  \(what)."
        case .released: return "Released before  \(hold.key)  \(what)."
        }
    }

    private func release(_ text: String, in intro: Intro, _ database: Database) async throws {
        let holds = try await intro.frontDesk(database).release(try Reference(text, field: "--release"))
        guard let first = holds.first else { return }
        try intro.console.report(HoldRecord(holds, first: first)) {
            "\(first.status.releaseText)  \(first.key)  "
                + holds.map { "\($0.slot.start.text(in: intro.console.times)) with \($0.slot.trainer.name)".visible }
                .joined(separator: ", ") + "."
        }
    }

    private func list(in intro: Intro, _ database: Database) async throws {
        let handle = try await intro.studioHandle(studio, in: database)
        let now = intro.now
        let holds = try await database.withConnection { connection in
            let studio: Studio? =
                if let handle { try await StudioRepository(connection).named(handle) } else { nil }
            return try await HoldRepository(connection).held(at: studio?.id, now: now)
        }
        try intro.console.report(HoldRecord.records(holds)) {
            guard !holds.isEmpty else { return "No slots are held." }
            return Self.table(holds, times: intro.console.times).text(on: intro.console)
        }
    }

    private static func table(_ holds: [Hold], times: TimeFormat) -> Table {
        Table(
            [
                .exact("HOLD"), .exact("START"), .init("TRAINER"), .code("STUDIO"), .exact("UNTIL"), .init("BY"),
                .init("NOTE"),
            ],
            rows: holds.map { hold in
                [
                    hold.key.description, hold.slot.start.text(in: times), hold.slot.trainer.name,
                    hold.slot.studio.handle, hold.expiryTime.text(in: times), hold.heldBy, hold.note ?? "",
                ]
            })
    }
}

extension Hold {
    /// The local date and time at which the hold expires.
    fileprivate var expiry: TimedText { "\(expiresAt, on: slot.studio.clock)" }

    /// The local time of day at which the hold expires.
    fileprivate var expiryTime: TimedText { "\(slot.studio.clock.time(of: expiresAt), on: slot.studio.clock)" }
}

/// The JSON form of a key and its slots; the fields of the slot are those of the first one.
struct HoldRecord: Encodable {
    /// The key; `null` for a dry run.
    @NullWhenNil var hold: String?
    let expiresAt: Date
    let localExpires: String
    var status: String
    let trainer: SessionRecord.Trainer
    let studio: SessionRecord.Studio
    let startsAt: Date
    let endsAt: Date
    let localStart: String
    @NullWhenNil var note: String?
    let heldAt: Date
    let heldBy: String
    /// All slots of the key.
    let slots: [SlotRecord]
    /// Only after a slot was held: `false` if the result of an earlier request is returned.
    var created: Bool?
    /// Only with `--dry-run`.
    var dryRun: Bool?

    init(_ holds: [Hold], first: Hold) {
        let slot = first.slot
        hold = first.key.description
        expiresAt = first.expiresAt
        localExpires = slot.studio.clock.text(first.expiresAt)
        status = first.status.rawValue
        trainer = SessionRecord.Trainer(handle: slot.trainer.handle, name: slot.trainer.name)
        studio = SessionRecord.Studio(
            id: slot.studio.handle, name: slot.studio.name, timeZone: slot.studio.clock.identifier)
        startsAt = slot.startsAt
        endsAt = first.endsAt
        localStart = slot.localStart
        note = first.note
        heldAt = first.heldAt
        heldBy = first.heldBy
        slots = holds.map { SlotRecord($0.slot) }
    }

    /// Returns one record for each key, in the order of the first slots.
    static func records(_ holds: [Hold]) -> [HoldRecord] {
        var seen: Set<Reference> = []
        return holds.filter { seen.insert($0.key).inserted }.map { first in
            HoldRecord(holds.filter { $0.key == first.key }, first: first)
        }
    }
}

extension Intro {
    /// Finds the slot of a key.
    ///
    /// - Parameters:
    ///   - text: The key, as it was typed.
    ///   - at: The start that selects one of several slots, as it was typed.
    ///   - database: The database to query.
    /// - Returns: The hold and its studio.
    /// - Throws: `NotFound`, `InvalidInput`, or a `Failure` when the key has several slots and none was selected.
    func heldSlot(_ text: String, at: String?, in database: Database) async throws -> (Hold, Studio) {
        let key = try Reference(text, field: "--hold")
        let (holds, studio) = try await database.withConnection { connection in
            let holds = try await HoldRepository(connection).named(key)
            return (holds, try await StudioRepository(connection).with(holds[0].slot.studio.id))
        }
        var matching = holds
        if let at {
            let start = try await sessionStart(at, at: studio, with: nil, in: database)
            matching = holds.filter { $0.slot.startsAt == start }
        }
        guard let hold = matching.first, matching.count == 1 || at != nil else {
            throw Failure(
                code: "usage",
                message: "the hold \(key) has "
                    + (matching.isEmpty ? "no slot at that time" : "\(holds.count) slots, and none was named"),
                hint: "add --at with one of " + holds.map { "\"\($0.slot.localStart)\"" }.joined(separator: ", "),
                exit: .usage)
        }
        return (hold, studio)
    }
}

extension Hold.Status {
    /// The result of a release, which changes only a hold that is still held.
    fileprivate var releaseText: String {
        switch self {
        case .held, .released: "Released"
        case .used: "Already booked"
        case .expired: "Already expired"
        }
    }
}
