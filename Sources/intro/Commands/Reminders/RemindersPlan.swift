import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

extension RemindersCommand {
    /// `intro reminders plan`.
    struct Plan: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Preview the next batch; sends nothing.",
            discussion: """
                With --json, one object per line: the number of messages by rule, channel, studio and reason. If \
                `waits` is true, the messages would stay queued for that reason or until quiet hours end.

                Example: intro reminders plan --until "today 6pm"
                """)

        @OptionGroup var until: UntilOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try until.check() }

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let until = try await until.instant(in: intro)
            let groups = try await Failure.describingPreview {
                try await intro.reminders(database).forecast(until: until)
            }
            guard !intro.console.isJSON else {
                return try groups.forEach { try intro.console.print(jsonText(DueGroupRecord($0))) }
            }
            try intro.console.print(text(groups, colored: intro.console.isColored))
        }

        private func text(_ groups: [DueGroup], colored: Bool) -> String {
            guard !groups.isEmpty else { return "Nothing is due." }
            var table = Table([
                .code("RULE"), .init("BY"), .init("STUDIO"), .init("MESSAGES", .right), .init("SKIPPED BECAUSE"),
            ])
            for group in groups {
                let reason = group.skipReason?.text
                let why = group.waits ? reason.map { "waits: \($0)" } ?? "waits for quiet hours to end" : reason ?? ""
                table.append([group.rule, group.channel, group.studio, "\(group.count)", why])
            }
            let due = groups.map(\.count).reduce(0, +)
            let skipped = groups.filter { $0.skipReason != nil && !$0.waits }.map(\.count).reduce(0, +)
            return table.text(colored: colored)
                + "\n\n\(due) due, \(skipped) of them would be skipped\(waiting(groups)). Nothing was sent."
        }

        /// The numbers of messages that would wait, by reason; empty without any.
        private func waiting(_ groups: [DueGroup]) -> String {
            var counts: [MessageReason: Int64] = [:]
            for group in groups where group.waits {
                if let reason = group.skipReason { counts[reason, default: 0] += group.count }
            }
            let blocked = MessageReason.obstacles.compactMap { counts.removeValue(forKey: $0) }.reduce(0, +)
            let others = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, count in
                reason == .optOutReview
                    ? ", \(count) would wait for a possible opt-out to be reviewed"
                    : ", \(count) would wait: \(reason.text)"
            }
            return (blocked == 0 ? "" : ", \(blocked) would wait for their session to become possible")
                + others.joined()
        }
    }
}

/// The options that set the time until which messages are included in a batch.
struct UntilOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Include messages due by this time: 1h, \"today 6pm\", or a time with offset. (default: now)",
            valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("The studio whose local time --until uses.", valueName: "id"), completion: .studios)
    var studio: String?

    /// Validates the combination of the options.
    ///
    /// - Throws: `ValidationError`.
    func check() throws {
        guard studio == nil || until != nil else {
            throw ValidationError("--studio sets the time zone of --until and requires it: a batch is for all studios")
        }
    }

    /// Parses `--until`.
    ///
    /// - Parameter intro: The clock and the database.
    /// - Returns: The instant; `nil` without the option.
    /// - Throws: `InvalidInput`, also for a time in the past, `NotFound`, a `Refusal`, or a `Failure` when the time
    ///   differs between the studios.
    func instant(in intro: Intro) async throws -> Date? {
        guard let until else { return nil }
        // Without --now, each reading of the clock is later than the one before.
        let now = intro.now
        let instant = try await instant(until, at: now, in: intro)
        guard instant >= now else {
            throw InvalidInput(
                field: "--until", problem: "\(quoted(until)) is in the past",
                hint: "without it, the messages that are due now are included")
        }
        return instant
    }

    private func instant(_ until: String, at now: Date, in intro: Intro) async throws -> Date {
        if let length = Self.length(until) { return now + TimeInterval(length * 60) }
        if let instant = RFC3339.parse(until) { return instant }
        let database = try await intro.database()
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        guard studio == nil, studios.count > 1 else {
            let only = try await intro.bookingTarget(studio: studio, trainer: nil, in: database).studio
            return try read(until, at: now, await intro.timeContext(for: until, at: only, with: nil, in: database))
        }
        return try await intro.commonInstant(
            until, field: "--until", at: studios,
            hint: "or add --studio with one of " + studios.map(\.handle.text).joined(separator: ", "), in: database
        ) { try read(until, at: now, $0) }
    }

    /// Returns the minutes of a duration with a unit: `1h`, `+2h`, `in 90m`.
    private static func length(_ text: String) -> Int? {
        let words = text.lowercased().split(separator: " ").joined(separator: " ")
        let length = words.hasPrefix("in ") ? words.dropFirst(3) : words.hasPrefix("+") ? words.dropFirst() : words[...]
        guard length.contains(where: \.isLetter) else { return nil }
        return try? DurationInput.minutes(String(length))
    }

    private func read(_ text: String, at now: Date, _ context: TimePhraseContext) throws -> Date {
        var context = context
        context.now = now
        return try parseTimePhrase(text, field: "--until", in: context).end(context.clock)
    }
}
