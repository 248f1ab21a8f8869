import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// `intro slots`: what is free.
struct Slots: IntroSubcommand {
    static let configuration = CommandConfiguration(commandName: "slots", abstract: "List the slots that are free.")

    @Option(help: ArgumentHelp("The studio. (default: the trainer's, or the only one)", valueName: "id"))
    var studio: String?

    @Option(help: ArgumentHelp("Only this trainer's slots.", valueName: "handle"))
    var trainer: String?

    @Option(help: ArgumentHelp("From when on, such as \"tomorrow 9am\". (default: now)", valueName: "time"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many days of the studio's calendar.", valueName: "n"))
    var days = "7"

    @Option(parsing: .unconditional, help: ArgumentHelp("How many slots at the most.", valueName: "n"))
    var limit = "20"

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let limit = try count(limit, field: "--limit", in: 1...100_000)
        let days = try count(days, field: "--days", in: 1...400)
        let database = try await intro.database()
        let setting = try await intro.setting(studio: studio, trainer: trainer, in: database)
        let now = intro.now
        let window = try DayWindow(from: from, days: days, clock: setting.studio.clock, now: now)
        let slots = try await database.withConnection { connection in
            try await SlotRepository(connection).open(
                at: setting.studio, with: setting.trainer?.id, from: window.start, until: window.end, now: now,
                limit: limit)
        }
        try intro.console.report(slots.map { SlotRecord($0) }) {
            guard !slots.isEmpty else { return "Nothing is free at \(setting.studio.name.visible) in that time." }
            var table = Table([.init("WHEN"), .init("DAY"), .init("TRAINER"), .init("HANDLE")])
            for slot in slots {
                let day = slot.studio.clock.date(of: slot.startsAt).weekday.name
                table.append([slot.localStart, day, slot.trainer.name, slot.trainer.handle])
            }
            return table.text(colored: intro.console.isColored)
        }
    }
}
