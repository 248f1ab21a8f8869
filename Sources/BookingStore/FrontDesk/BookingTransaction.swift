public import Booking
public import FoundationEssentials
import Postgres

/// One booking, from the locks to the ledger, inside one transaction.
struct BookingTransaction {
    let connection: Connection
    let actor: String
    let noShowLimit: Int
    let request: BookingRequest
    let key: String
    let now: Date

    private var clients: ClientRepository { ClientRepository(connection) }
    private var identity: ClientIdentification { ClientIdentification(clients: clients, request: request) }
    private var given: GivenContacts { GivenContacts(clients: clients, request: request) }
    private var sessions: SessionRepository { SessionRepository(connection) }
    private var free: Date {
        let offer = request.studio.offer
        return request.start + TimeInterval((offer.sessionMinutes + offer.turnaroundMinutes) * 60)
    }

    func run() async throws -> BookingResult {
        // Asked before the person is looked for, who may share a phone with others by now.
        if let earlier = try await earlierResult() { return earlier }
        var identification = try await identity.identify()
        var contacts = request.contacts
        if case .client(let known, _) = identification.decision { contacts.add(known) }
        try await acquireLocks(contacts)
        // And again, since the first of them may have been under way until now.
        if let earlier = try await earlierResult() { return earlier }
        // Somebody else may have added the person while this waited for its turn.
        if !identification.isDecided { identification = try await identity.identify() }
        let (client, isOtherName) = try await person(identification, contacts)
        contacts.add(client)
        let ineligible = try await checkEligibility(of: client.id, contacts)
        let choice = try await SlotChoice(
            connection: connection, studio: request.studio, trainer: request.trainer, start: request.start, now: now,
            strictness: request.overrideReason == nil ? .all : .hardOnly
        ).choose()
        let report = try await given.keep(for: client, unless: isOtherName ? .otherName : nil)
        let session = try await write(client, choice, ineligible: ineligible)
        try await SessionMessages(connection).requestDelivery()
        return BookingResult(
            session: try await sessions.planAndRead(session, now: now), created: true, contacts: report)
    }

    /// What an earlier request of the same key came to.
    private func earlierResult() async throws -> BookingResult? {
        guard request.requestID != nil, let session = try await sessions.made(by: key) else { return nil }
        let report = try await given.keep(for: session.client, unless: .repetition)
        return BookingResult(session: session, created: false, contacts: report)
    }

    private func acquireLocks(_ contacts: Contacts) async throws {
        var work = BookingLocks(actor: actor, reason: request.overrideReason)
        work.read(studio: request.studio.id)
        work.take(request: key)
        work.take(person: contacts)
        work.take(hoursOf: request.studio.id, from: request.start, until: free)
        if let trainer = request.trainer { work.take(trainers: trainer.id) }
        try await work.begin(on: connection)
    }

    /// The client as stored, and whether the name that was given is another one.
    private func person(
        _ identification: Identification, _ contacts: Contacts
    ) async throws -> (client: Client, isOtherName: Bool) {
        switch identification.decision {
        case .client(let known, let isOtherName):
            return (known, isOtherName)
        case .ambiguous(let several):
            throw InvalidInput.ambiguous(several, by: identification.sharedContact)
        case .otherName(let refusal):
            throw try await nameRefusal(refusal, of: identification.named.clients, contacts)
        case .nobody:
            guard let newClient = request.newClient else { throw identity.notFound(identification) }
            return (try await clients.insert(newClient), false)
        }
    }

    /// The refusal of a name that is not the known person's.
    ///
    /// People who share a contact have one free session. Where that is gone, whichever of them is meant, this is said too:
    /// alone where the contact was only given beside an unknown one.
    private func nameRefusal(_ refusal: Refusal, of named: [Client], _ contacts: Contacts) async throws -> Refusal {
        var contacts = contacts
        for client in named { contacts.add(client) }
        do {
            _ = try await checkEligibility(of: named.count == 1 ? named.first?.id : nil, contacts)
            return refusal
        } catch let ineligible as Refusal {
            guard !named.isEmpty else { return ineligible }
            return Refusal(refusal.rule, "\(refusal.message). \(ineligible.message)", hint: refusal.hint)
        }
    }

    /// The rule by which the person has no further free session, where the override waives it; a person without a number is
    /// not a client yet.
    private func checkEligibility(of client: Client.ID?, _ contacts: Contacts) async throws -> Refusal.Rule? {
        let priorSessions = try await sessions.priorSessions(of: contacts, now: now)
        guard let refusal = Eligibility.refusal(for: priorSessions, of: client, noShowLimit: noShowLimit) else {
            return nil
        }
        guard request.overrideReason != nil else { throw refusal }
        return refusal.rule
    }

    /// Writes the session, as long as the studio has it now.
    ///
    /// The schema's constraints are the judge.
    private func write(
        _ client: Client, _ choice: SlotChoice.Choice, ineligible: Refusal.Rule?
    ) async throws -> Session.ID {
        let waivedRules = ((ineligible.map { [$0] } ?? []) + choice.waived).map(\.rawValue)
        return Session.ID(
            try await connection.query(
                """
                WITH place AS (
                    SELECT id,
                           \(request.start) + make_interval(mins => session_minutes) AS ends_at,
                           tstzrange(
                               \(request.start),
                               \(request.start) + make_interval(mins => session_minutes + turnaround_minutes)
                           ) AS occupied
                    FROM studio
                    WHERE id = \(request.studio.id.value)
                )
                INSERT INTO session (
                    reference, request_id, studio_id, trainer_id, client_id, named_contacts, station, starts_at,
                    ends_at, occupied, waived, waived_rules, override_reason, source, booked_at, arranged_at)
                SELECT \(Reference.random().code), \(key), place.id, \(choice.trainer.value), \(client.id.value),
                       \(request.contacts.keys), free_station(place.id, place.occupied), \(request.start), place.ends_at,
                       place.occupied, \(ineligible != nil), \(waivedRules), \(request.overrideReason), \(request.source), \(now), \(now)
                FROM place
                RETURNING id
                """
            ).decode(Int64.self)[0])
    }
}

/// What somebody asks for on the phone.
public struct BookingRequest: Sendable {
    /// Where.
    public let studio: Studio
    /// With whom; `nil` lets the desk choose.
    public var trainer: Trainer?
    /// For whom.
    public let who: ClientIdentifier
    /// What to write down of a person nobody knows yet; `nil` refuses unknown people.
    public var newClient: ClientDetails?
    /// The name that was given; a known person with another name is refused.
    public var name: PersonName?
    /// Whether the known person is meant although the name differs.
    public var acceptsOtherName = false
    /// An e-mail that was given beside WHO; it uses the free session up, whether it is stored or not.
    public var email: EmailAddress?
    /// A phone that was given beside WHO; likewise.
    public var phone: PhoneNumber?
    /// First instant.
    public let start: Date
    /// How this booking came about.
    public var source: String?
    /// A repetition under the same key returns the first result.
    public var requestID: String?
    /// Why soft rules are to be passed over; `nil` keeps every rule.
    public var overrideReason: String?
    /// Whether to judge only, and write nothing.
    public var isDryRun = false

    /// Asks for a session.
    public init(studio: Studio, who: ClientIdentifier, start: Date) {
        self.studio = studio
        self.who = who
        self.start = start
    }

    /// Every contact that the request itself names.
    var contacts: Contacts {
        var contacts = Contacts()
        contacts.add(email)
        contacts.add(phone)
        switch who {
        case .email(let email): contacts.add(email)
        case .phone(let phone): contacts.add(phone)
        case .id: break
        }
        contacts.add(newClient?.email)
        contacts.add(newClient?.phone)
        return contacts
    }
}

/// What a request came to.
public struct BookingResult: Sendable {
    /// The session.
    public let session: Session
    /// `false` where an earlier request of the same key made it, or nothing was to be written.
    public let created: Bool
    /// What became of the contacts that were given.
    public let contacts: ContactReport
}
