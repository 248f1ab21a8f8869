import ArgumentParser
import Booking
import BookingStore
import Reminders

extension TrainerCommand {
    /// `intro trainer add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a trainer. Set their hours next.",
            discussion: "Example: intro trainer add \"Maria Gomez\" --id maria --email maria@example.com"
        )

        @Argument(help: "The name shown to clients.")
        var name: String

        @Option(help: ArgumentHelp("A short name, such as maria.", valueName: "handle"))
        var id: String

        @Option(
            help: ArgumentHelp("The trainer's home studio. (default: the only one)", valueName: "id"),
            completion: .studios)
        var studio: String?

        @OptionGroup var options: TrainerOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "--id")
            let name = try PersonName(name, field: "the name")
            let database = try await intro.database()
            let home = try await intro.bookingTarget(studio: studio, trainer: nil, in: database).studio
            var details = TrainerDetails(name: name, homeStudio: home.handle)
            try options.apply(to: &details, region: home.region)
            let trainer = try await intro.administration(database).add(details, as: handle)
            try intro.console.report(TrainerRecord(trainer)) {
                intro.console.text(of: trainer, clock: home.clock)
            }
        }
    }
}

extension TrainerCommand {
    /// `intro trainer edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a trainer; other fields keep their values.",
            discussion: """
                With --studio, lists upcoming sessions at the old home studio; they stay there.

                Example: intro trainer edit maria --daily-limit 8
                """)

        @Argument(help: "The trainer: handle or full name.", completion: .trainers)
        var handle: String

        @Option(help: ArgumentHelp("The name shown to clients.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("The trainer's home studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup var options: TrainerOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || studio != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --daily-limit 6")
            }
        }

        func run(in intro: Intro) async throws {
            let name = try name.map { try PersonName($0, field: "--name").text }
            let database = try await intro.database()
            let handle = try await intro.trainerHandle(handle, field: "the handle", in: database)
            let home =
                studio == nil
                ? try await intro.trainer(handle.text, in: database).home
                : try await intro.bookingTarget(studio: studio, trainer: nil, in: database).studio
            let moves = studio != nil
            let change = try await intro.administration(database).edit(trainer: handle, now: intro.now) {
                [options] details in
                details.name = name ?? details.name
                if moves { details.homeStudio = home.handle }
                try options.apply(to: &details, region: home.region)
            }
            var record = TrainerRecord(change.after)
            record.affected = change.affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                AffectedSessions.atFormerStudio(change.affected).text(
                    after: intro.console.text(of: change.after, clock: home.clock), on: intro.console)
            }
        }
    }
}

extension TrainerCommand {
    /// `intro trainer retire`.
    struct Retire: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "retire",
            abstract: "Deactivate a trainer.",
            discussion: """
                Past sessions are kept. Upcoming sessions stay booked and are listed.

                Example: intro trainer retire maria
                """
        )

        @Argument(help: "The trainer: handle or full name.", completion: .trainers)
        var handle: String

        @Flag(help: "Deactivate a trainer with upcoming sessions without asking.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.trainerHandle(handle, field: "the handle", in: database)
            let administration = intro.administration(database)
            if !yes {
                let sessions = try await administration.bookedSessions(of: handle, from: intro.now)
                try sessions.requireConfirmation("Deactivate \(handle)?")
            }
            let booked = try await administration.retire(trainer: handle, now: intro.now)
            let (trainer, home) = try await intro.trainer(handle.text, in: database)
            var record = TrainerRecord(trainer)
            record.booked = booked.map(\.reference.description)
            record.affected = booked.map { SessionRecord($0) }
            try intro.console.report(record) {
                AffectedSessions(booked).text(
                    after: intro.console.text(of: trainer, clock: home.clock), on: intro.console)
            }
        }
    }
}

extension [Session] {
    /// Asks before a change that affects these upcoming sessions of one trainer; does not ask if there are none.
    ///
    /// - Throws: A `Failure` when the answer is not yes, or no question can be asked.
    func requireConfirmation(_ question: String) throws {
        guard let first else { return }
        try Confirmation.require(
            false, because: "\(first.trainer.name) has \(intro.counted(count, "upcoming session"))", question)
    }
}

extension TrainerCommand {
    /// `intro trainer return`.
    struct Return: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "return",
            abstract: "Reactivate a trainer.",
            discussion: """
                Sessions that stayed booked can take place again, and are listed.

                Example: intro trainer return maria
                """
        )

        @Argument(help: "The trainer: handle or full name.", completion: .retiredTrainers)
        var handle: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.trainerHandle(handle, field: "the handle", in: database)
            let (present, _) = try await intro.trainer(handle.text, in: database)
            let booked = try await intro.administration(database).restore(trainer: handle, now: intro.now)
            if present.retiredAt == nil {
                intro.console.note(
                    "\(handle) has not retired; `intro trainer away \(handle) --list` lists time off, which --remove ends"
                )
            }
            let (trainer, home) = try await intro.trainer(handle.text, in: database)
            var record = TrainerRecord(trainer)
            record.booked = booked.map(\.reference.description)
            record.affected = booked.map { SessionRecord($0) }
            try intro.console.report(record) {
                AffectedSessions.possibleAgain(booked).text(
                    after: intro.console.text(of: trainer, clock: home.clock), on: intro.console)
            }
        }
    }
}

extension Console {
    /// Returns a trainer's details, with times in the home studio's time zone.
    fileprivate func text(of trainer: Trainer, clock: StudioClock) -> String {
        KeyValueTable(trainer, clock: clock, times: times).text(on: self)
    }
}

/// The options for a trainer's details, besides name and studio.
struct TrainerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The trainer's e-mail address, or `none`.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The trainer's phone, or `none`.", valueName: "number"))
    var phone: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Maximum sessions a day; `none` for no limit.", valueName: "number"))
    var dailyLimit: String?

    /// Whether no option was given.
    var isEmpty: Bool {
        email == nil && phone == nil && dailyLimit == nil
    }

    /// Applies the options to a trainer's details.
    ///
    /// - Parameters:
    ///   - details: The details.
    ///   - region: The default region of phone numbers without a country code.
    /// - Throws: `InvalidInput`.
    func apply(to details: inout TrainerDetails, region: Region) throws {
        try change(&details.email, to: email) { try EmailAddress($0, field: "--email") }
        try change(&details.phone, to: phone) { try PhoneNumber($0, region: region, field: "--phone") }
        try change(&details.dailyLimit, to: dailyLimit) { text in
            Int32(try count(text, field: "--daily-limit", in: 1...1000))
        }
    }
}
