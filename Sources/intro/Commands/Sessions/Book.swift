import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro book`: books a free introductory session.
struct Book: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "Book a free introductory session.",
        discussion: """
            The client is found by e-mail, phone or client number. With --name, a new client is created if none is found. A \
            known client with a different name is refused, unless --yes is given. An e-mail address or phone number \
            is stored if the client has none.

            Example: intro book --client ana@example.com --name "Ana Lima" --at "tue 9am"
            """)

    @Option(help: ArgumentHelp("The client: e-mail, phone or client number.", valueName: "who"))
    var client: String

    @Option(help: ArgumentHelp("The client's name; creates a new client.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The client's e-mail, stored if none is known.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The client's phone, stored if none is known.", valueName: "number"))
    var phone: String?

    @Option(
        help: ArgumentHelp("Handle or full name. (default: fewest sessions that day)", valueName: "handle"),
        completion: .trainers)
    var trainer: String?

    @Option(
        help: ArgumentHelp("The studio. (default: the trainer's, or the only one)", valueName: "id"),
        completion: .studios)
    var studio: String?

    @Option(help: ArgumentHelp("The time, such as \"tue 9am\", \"dec 8 5pm\" or soonest.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("Book the slot that is held with this key.", valueName: "key"))
    var hold: String?

    @Option(help: ArgumentHelp("How the client heard of the studio.", valueName: "text"))
    var source: String?

    @Option(help: ArgumentHelp("A note about the client, for desk and trainer only.", valueName: "text"))
    var note: String?

    @Option(help: ArgumentHelp("The language of the client's messages: en or es.", valueName: "language"))
    var language: String?

    @Option(help: ArgumentHelp("Retry-safe key: repeating it returns the first result.", valueName: "key"))
    var requestID: String?

    @Option(help: ArgumentHelp("Book despite hours, notice or limits; logs the reason.", valueName: "reason"))
    var override: String?

    @Flag(help: "Book for the known client although the name differs.")
    var yes = false

    @Flag(help: "Check the booking without making it.")
    var dryRun = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard at != nil || hold != nil else { throw ValidationError("give --at TIME, or --hold KEY") }
        guard hold == nil || trainer == nil && studio == nil else {
            throw ValidationError("--hold names the trainer and the studio: leave out --trainer and --studio")
        }
    }

    func run(in intro: Intro) async throws {
        async let plans: Void = loadNumberingPlans()
        let database = try await intro.databaseCheckedWhenRead()
        let now = intro.now
        var request = try await request(in: intro, database)
        request.reportsMessages = true
        let result = try await intro.frontDesk(database).book(request, now: now)
        var record = SessionRecord(result.session)
        record.created = result.created
        record.add(result.messages, on: result.session.studio.clock)
        record.add(result.contacts)
        if dryRun {
            record.reference = nil
            record.dryRun = true
        }
        await plans
        let contacts = result.contacts.lines.map(\.visible)
        try intro.console.report(record) {
            let messages = result.messages?.line(on: result.session.studio.clock, at: now).text(in: intro.console.times)
            let lines = [summary(result, times: intro.console.times), messages].compactMap(\.self) + contacts
            return intro.console.wrapped(lines.joined(separator: "\n"))
        }
        if intro.console.isJSON, !contacts.isEmpty { intro.console.note(contacts.joined(separator: "\n")) }
    }

    /// Loads the phone numbering plans while the connection to the database is opened, which takes about as long.
    private func loadNumberingPlans() {
        if phone != nil || !client.contains("@") { PhoneNumber.loadPlans() }
    }

    /// Returns the request, with the slot of `--hold`, or of `--at`, `--trainer` and `--studio`.
    private func request(in intro: Intro, _ database: Database) async throws -> BookingRequest {
        if let hold {
            let (held, studio) = try await intro.heldSlot(hold, at: at, in: database)
            let target = Intro.BookingTarget(
                studio: studio, trainer: try await intro.trainer(held.slot.trainer.handle, in: database).0)
            var request = try request(target, start: held.slot.startsAt)
            request.hold = held
            return request
        }
        let target = try await intro.bookingTarget(studio: studio, trainer: trainer, in: database)
        return try request(
            target,
            start: try await intro.sessionStart(
                at ?? "", at: target.studio, with: target.trainer?.id, in: database))
    }

    private func request(_ bookingTarget: Intro.BookingTarget, start: Date) throws -> BookingRequest {
        let region = bookingTarget.studio.region
        let who = try ClientIdentifier(client, region: region)
        var request = BookingRequest(studio: bookingTarget.studio, who: who, start: start)
        request.trainer = bookingTarget.trainer
        let email = try email.map { try EmailAddress($0, field: "--email") }
        let phone = try phone.map { try PhoneNumber($0, region: region, field: "--phone") }
        request.email = email
        request.phone = phone
        request.name = try name.map { try PersonName($0, field: "--name") }
        request.acceptsOtherName = yes
        request.newClient = try newClient(who, request)
        request.source = try source.map { try SingleLineText($0, field: "--source").text }
        request.note = try note.map { try SingleLineText($0, field: "--note") }
        request.language = try language.map { try Language($0, field: "--language") }
        request.requestID = try requestID.map { try SingleLineText($0, field: "--request-id").text }
        request.overrideReason = try override.map { try SingleLineText($0, field: "--override").text }
        request.isDryRun = dryRun
        return request
    }

    /// Returns the details for a new client; the identifier itself is used as the e-mail or phone.
    private func newClient(_ who: ClientIdentifier, _ request: BookingRequest) throws -> ClientDetails? {
        guard let name = request.name else { return nil }
        var person = ClientDetails(name: name, email: request.email, phone: request.phone)
        person.source = try source.map { try SingleLineText($0, field: "--source").text }
        switch who {
        case .email(let address): person.email = address
        case .phone(let number): person.phone = number
        case .id: return nil
        }
        return person
    }

    private func summary(_ result: BookingResult, times: TimeFormat) -> String {
        let session = result.session
        let what = "\(session.start.text(in: times)) with \(session.trainer.name) for \(session.client.name)".visible
        let waived = session.waivedText(under: override).visible
        if dryRun { return "Can be booked: \(what), at \(session.studio.name.visible).\(waived)" }
        let verb = result.created ? "Booked" : "Booked before"
        return "\(verb)  \(session.reference)  \(what), at \(session.studio.name.visible).\(waived)"
    }
}

/// The JSON form of a contact that was not stored.
struct ContactNotStoredRecord: Encodable, Sendable, Equatable {
    let contact: String
    /// The reason, in a form that follows the contact.
    let reason: String
}

extension SessionRecord {
    /// Adds the results for the given contacts.
    mutating func add(_ report: ContactReport) {
        if !report.stored.isEmpty { contactsStored = report.stored.map(\.text) }
        if !report.notStored.isEmpty {
            contactsNotStored = report.notStored.map {
                ContactNotStoredRecord(contact: $0.contact.text, reason: $0.reason.text(for: $0.contact))
            }
        }
    }
}

extension ContactReport {
    /// Returns a line for each contact.
    var lines: [String] {
        stored.map { "stored: \($0.display)" }
            + notStored.map { "not stored: \($0.contact.display) \($0.reason.text(for: $0.contact))" }
    }
}

extension ContactReport.NotStored.Reason {
    /// Returns the reason, in a form that follows the contact.
    fileprivate func text(for contact: Contact) -> String {
        switch self {
        case .belongs(let owners): "belongs to " + owners.map(\.nameAndNumber).joined(separator: " and ")
        case .otherName: "was given under another name"
        case .repetition: "came with a repeated request, which changes nothing"
        case .differs(let client):
            switch contact {
            case .email:
                "differs from the stored e-mail; to change it: `intro client edit \(client.value) --email "
                    + "\(contact.text)`"
            case .phone:
                "differs from the stored phone; to change it: `intro client edit \(client.value) --phone "
                    + "\(contact.text)`"
            }
        }
    }
}
