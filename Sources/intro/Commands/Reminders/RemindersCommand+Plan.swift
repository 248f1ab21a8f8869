import ArgumentParser
import BookingStore
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
                """)

        @OptionGroup var until: UntilOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try until.check() }

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let until = try await until.instant(in: intro)
            let groups = try await intro.reminders(database).forecast(until: until)
            guard !intro.console.isJSON else {
                return try groups.forEach { try intro.console.print(jsonText(DueGroupRecord($0))) }
            }
            try intro.console.print(text(groups, colored: intro.console.isColored))
        }

        private func text(_ groups: [DueGroup], colored: Bool) -> String {
            guard !groups.isEmpty else { return "Nothing is due." }
            var table = Table([
                .init("RULE"), .init("BY"), .init("STUDIO"), .init("MESSAGES", .right), .init("SKIPPED BECAUSE"),
            ])
            for group in groups {
                let why =
                    group.waits
                    ? group.skipReason.map { "waits: \($0)" } ?? "waits for quiet hours to end" : group.skipReason ?? ""
                table.append([group.rule, group.channel, group.studio, "\(group.count)", why])
            }
            let due = groups.map(\.count).reduce(0, +)
            let skipped = groups.filter { $0.skipReason != nil && !$0.waits }.map(\.count).reduce(0, +)
            let waits = groups.filter { $0.skipReason != nil && $0.waits }
            let unread = waits.filter { $0.skipReason == "opt_out_review" }.map(\.count).reduce(0, +)
            let blocked = waits.map(\.count).reduce(0, +) - unread
            let waiting =
                (blocked == 0 ? "" : ", \(blocked) would wait for their session to become possible")
                + (unread == 0 ? "" : ", \(unread) would wait for a possible opt-out to be reviewed")
            return table.text(colored: colored)
                + "\n\n\(due) due, \(skipped) of them would be skipped\(waiting). Nothing was sent."
        }
    }
}
