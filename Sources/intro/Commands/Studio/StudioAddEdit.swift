import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

extension StudioCommand {
    /// `intro studio add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a studio.",
            discussion: "Example: intro studio add \"Iron Oakland\" --id oakland --time-zone America/Los_Angeles"
        )

        @Argument(help: "The studio's name.")
        var name: String

        @Option(help: ArgumentHelp("A short id, such as downtown.", valueName: "id"))
        var id: String

        @Option(help: ArgumentHelp("The IANA time zone, such as America/Los_Angeles.", valueName: "tz"))
        var timeZone: String

        @OptionGroup var options: StudioOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "--id")
            var details = StudioDetails(
                name: try PersonName(name, field: "the name"),
                clock: try StudioClock(timeZone: timeZone, field: "--time-zone"), region: try Region("US"))
            try options.apply(to: &details)
            let studio = try await intro.administration(intro.database()).add(details, as: handle)
            try intro.console.report(StudioRecord(studio)) {
                KeyValueTable(studio).text(on: intro.console)
            }
        }
    }
}

extension StudioCommand {
    /// `intro studio edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a studio; other fields keep their values.",
            discussion: """
                Lists the upcoming sessions that a change of stations or time zone affects. Booked sessions keep their length.

                Example: intro studio edit downtown --stations 3
                """
        )

        @Argument(help: "The studio: id or full name.", completion: .studios)
        var id: String

        @Option(help: ArgumentHelp("The studio's name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("The IANA time zone, such as America/Los_Angeles.", valueName: "tz"))
        var timeZone: String?

        @OptionGroup var options: StudioOptions

        @Flag(help: "Change the time zone without asking.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || timeZone != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --stations 2")
            }
        }

        func run(in intro: Intro) async throws {
            let name = try name.map { try PersonName($0, field: "--name").text }
            let clock = try timeZone.map { try StudioClock(timeZone: $0, field: "--time-zone") }
            let database = try await intro.database()
            let handle = try await intro.studioHandle(id, field: "the id", in: database)
            if let clock { try await confirm(clock, of: handle, in: database) }
            let change = try await intro.administration(database).edit(studio: handle, now: intro.now) {
                [options] details in
                details.name = name ?? details.name
                details.clock = clock ?? details.clock
                try options.apply(to: &details)
            }
            var record = StudioRecord(change.after)
            record.affected = change.affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                let old = change.before.clock
                let sessions =
                    old == change.after.clock
                    ? AffectedSessions(change.affected) { _ in "no station" }
                    : .withNewTimeZone(change.affected, from: old)
                return sessions.text(
                    after: KeyValueTable(change.after).text(on: intro.console), on: intro.console)
            }
        }

        /// Asks before a change of the time zone, which changes the local time of all sessions.
        private func confirm(_ clock: StudioClock, of handle: Handle, in database: Database) async throws {
            let studio = try await database.withConnection { try await StudioRepository($0).named(handle) }
            guard studio.clock != clock else { return }
            try Confirmation.require(
                yes, because: "all sessions at \(studio.name) get another local time",
                "Change the time zone from \(studio.clock.identifier) to \(clock.identifier)?")
        }
    }
}

/// The options for a studio's details, besides its name and time zone.
///
/// Numbers are parsed here, so that one out of range is reported as an invalid value and not as a usage error.
struct StudioOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Maximum sessions at once. (new studio: 1)", valueName: "number"))
    var stations: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length of a session. (new studio: 20)", valueName: "minutes"))
    var sessionMinutes: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time between two sessions. (new studio: 10)", valueName: "minutes"))
    var turnaround: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Interval between session starts. (new studio: 30)", valueName: "minutes"))
    var slotEvery: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Minimum notice for a booking. (new studio: 2h)", valueName: "duration"))
    var notice: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Maximum time ahead for a booking. (new studio: 60d)", valueName: "duration"))
    var horizon: String?

    @Option(
        help: ArgumentHelp(
            "The country, for phone numbers and contact hours (default: US).", valueName: "country"))
    var region: String?

    @Option(help: ArgumentHelp("The address, or `none`.", valueName: "line"))
    var address: String?

    @Option(help: ArgumentHelp("The front desk's phone, or `none`.", valueName: "number"))
    var phone: String?

    @Option(help: ArgumentHelp("The reply address for e-mail, or `none`.", valueName: "address"))
    var email: String?

    /// Whether no option was given.
    var isEmpty: Bool {
        [stations, sessionMinutes, turnaround, slotEvery, notice, horizon, region, address, phone, email]
            .allSatisfy { $0 == nil }
    }

    /// Applies the options to a studio's details.
    ///
    /// - Throws: `InvalidInput`.
    func apply(to details: inout StudioDetails) throws {
        if let region { details.region = try Region(region, field: "--region") }
        let region = details.region
        try change(&details.address, to: address) { try SingleLineText($0, field: "--address").text }
        try change(&details.phone, to: phone) { try PhoneNumber($0, region: region, field: "--phone") }
        try change(&details.email, to: email) { try EmailAddress($0, field: "--email") }
        try apply(to: &details.offer)
    }

    /// The ranges are those of the schema's constraints.
    private func apply(to offer: inout Studio.Offer) throws {
        if let stations {
            offer.stations = Int16(try count(stations, field: "--stations", in: 1...1000))
        }
        try set(&offer.sessionMinutes, to: sessionMinutes, "--session-minutes", in: 5...480)
        try set(&offer.turnaroundMinutes, to: turnaround, "--turnaround", in: 0...480)
        try set(&offer.slotEveryMinutes, to: slotEvery, "--slot-every", in: 1...1440)
        try set(&offer.noticeMinutes, to: notice, "--notice", in: 0...525_600)
        try set(&offer.horizonMinutes, to: horizon, "--horizon", in: 1...1_051_200)
    }

    private func set(_ minutes: inout Int32, to option: String?, _ flag: String, in range: ClosedRange<Int>) throws {
        guard let option else { return }
        minutes = Int32(try DurationInput.minutes(option, field: flag, in: range))
    }
}
