public import Booking
public import FoundationEssentials
import Postgres

/// The transaction of one booking: locks, checks, the session and its messages.
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

    /// Makes the booking; its result is read together with the end of the transaction.
    func run() async throws -> Pending<BookingResult> {
        // A repeated request returns its result before the identification, which may be ambiguous by now.
        let made = await madeSession()
        let lookup = await identity.lookUp()
        if let earlier = try await earlierResult(made) { return Pending(known: earlier) }
        var identification = try await identity.identify(lookup)
        var contacts = request.contacts
        if case .client(let known, _) = identification.decision { contacts.add(known) }
        let (lockedContacts, isDecided) = (contacts, identification.isDecided)
        await acquireLocks(contacts)
        // Reads that depend on the locks, but not on each other, share one round trip.
        let madeMeanwhile = await madeSession()
        let secondLookup = isDecided ? nil : await identity.lookUp()
        let prior = await sessions.sendPriorSessions(of: contacts, now: now)
        var slot = slotChoice(now)
        if request.hold == nil { await slot.prefetch() }
        // The first request of the key may have been in progress until the locks were acquired.
        if let earlier = try await earlierResult(madeMeanwhile) { return Pending(known: earlier) }
        // Another transaction may have added the client while this one waited for the locks.
        if let secondLookup { identification = try await identity.identify(secondLookup) }
        let person = try await person(identification, contacts)
        if let known = person.client { contacts.add(known) }
        let priorSessions =
            contacts.keys == lockedContacts.keys
            ? try await prior.value() : try await sessions.priorSessions(of: contacts, now: now)
        let ineligible = try waivedEligibility(of: person.client?.id, priorSessions)
        // The rules decided about a held slot when it was held: notice refers to that time.
        if let hold = try await useHold(), request.start > now { slot = slotChoice(hold.heldAt) }
        // A new client is inserted together with the lock of the chosen trainer.
        let added = person.client == nil ? try await addClient(identification) : nil
        let choice = try await slot.choose()
        let client = if let known = person.client { known } else { try await added?.value() }
        guard let client else { throw identity.notFound(identification) }
        return try await insert(
            for: client, choice, ineligible, try await given.keep(for: client, unless: person.obstacle))
    }

    /// Inserts the session with its messages and the delivery job, and reads the result, together with the end of the
    /// transaction.
    private func insert(
        for client: Client, _ choice: SlotChoice.Choice, _ ineligible: Refusal.Rule?, _ contacts: ContactReport
    ) async throws -> Pending<BookingResult> {
        try await keepDetails(of: client.id)
        let reference = await sessions.insert(
            request, key: key, for: client, choice, ineligible: ineligible, now: now)
        let messages = SessionMessages(connection)
        try await messages.requestDelivery()
        let session = await sessions.planAndRead(reference, formerly: nil, now: now)
        let expected = request.reportsMessages ? await messages.expected(of: reference, at: now) : nil
        return Pending {
            var result = BookingResult(session: try await session.value(), created: true, contacts: contacts)
            result.messages = try await expected?.value()
            return result
        }
    }

    private func slotChoice(_ now: Date) -> SlotChoice {
        SlotChoice(
            connection: connection, studio: request.studio, trainer: request.trainer?.id, start: request.start,
            now: now, strictness: request.overrideReason == nil ? .all : .hardOnly)
    }

    /// Reads the session of an earlier request with the same key, together with the next statement.
    private func madeSession() async -> Pending<Session?>? {
        request.requestID == nil ? nil : await sessions.made(by: key)
    }

    /// Returns the result of an earlier request with the same key.
    private func earlierResult(_ made: Pending<Session?>?) async throws -> BookingResult? {
        guard let session = try await made?.value() else { return nil }
        guard try await !given.isForAnotherPerson(than: session.client) else {
            throw InvalidInput(
                field: "the request's key", problem: "was used for the booking of another person, \(session.reference)",
                hint: "use another key for another booking")
        }
        let report = try await given.keep(for: session.client, unless: .repetition)
        var result = BookingResult(session: session, created: false, contacts: report)
        if request.reportsMessages {
            result.messages = try await SessionMessages(connection).expected(of: session.reference, at: now).value()
        }
        return result
    }

    /// Stores the request's note about the client and the language of their messages.
    private func keepDetails(of client: Client.ID) async throws {
        if let language = request.language { await clients.set(language, of: client) }
        guard let note = request.note else { return }
        try await ClientNoteRepository(connection).add(note, about: client, by: actor, now: now)
    }

    private func useHold() async throws -> Hold? {
        guard let hold = request.hold else { return nil }
        return try await HoldRepository(connection).use(hold, now: now)
    }

    private func acquireLocks(_ contacts: Contacts) async {
        var locks = BookingLocks(actor: actor, reason: request.overrideReason)
        locks.read(studios: request.studio.id)
        locks.take(request: key)
        locks.take(person: contacts)
        locks.take(hoursOf: request.studio.id, during: request.studio.offer.occupied(from: request.start))
        if let trainer = request.trainer { locks.take(trainers: trainer.id) }
        await locks.begin(on: connection)
    }

    /// Returns the stored client, `nil` for a new one, and the reason why given contacts are not stored for the client.
    private func person(
        _ identification: Identification, _ contacts: Contacts
    ) async throws -> (client: Client?, obstacle: GivenContacts.Obstacle?) {
        switch identification.decision {
        case .client(let known, let isOtherName):
            return (known, isOtherName ? .otherName : nil)
        case .ambiguous(let several):
            throw InvalidInput.ambiguous(several, by: identification.sharedContact)
        case .otherName(let refusal):
            throw try await nameRefusal(refusal, of: identification.named.clients, contacts)
        case .noMatch:
            guard request.newClient != nil else { throw identity.notFound(identification) }
            return (nil, nil)
        }
    }

    private func addClient(_ identification: Identification) async throws -> Pending<Client> {
        guard let newClient = request.newClient else { throw identity.notFound(identification) }
        return await clients.sendInsert(newClient)
    }

    /// Returns the refusal of a name that differs from the known client's.
    ///
    /// People who share a contact have one free session. If it is used already, the refusal includes this reason as
    /// well; it is the only reason if the known contact is an additional one of the request.
    private func nameRefusal(_ refusal: Refusal, of named: [Client], _ contacts: Contacts) async throws -> Refusal {
        var all = contacts
        for client in named { all.add(client) }
        let given = try await sessions.priorSessions(of: contacts, now: now)
        let priorSessions = try await sessions.priorSessions(of: all, now: now).map { session in
            var session = session
            // Of several owners, the request shares only the contacts that it gives.
            if named.count > 1 { session.shared = given.first { $0.reference == session.reference }?.shared ?? [] }
            return session
        }
        do {
            _ = try waivedEligibility(of: named.count == 1 ? named.first?.id : nil, priorSessions)
            return refusal
        } catch let ineligible as Refusal {
            guard !named.isEmpty else { return ineligible }
            return Refusal(refusal.rule, "\(refusal.reason). \(ineligible.reason)", remedy: refusal.remedy)
        }
    }

    /// Returns the eligibility rule that the override waives; throws its refusal if there is no override.
    ///
    /// The client is `nil` for a person who is not a client yet.
    private func waivedEligibility(
        of client: Client.ID?, _ priorSessions: [Eligibility.PriorSession]
    ) throws -> Refusal.Rule? {
        guard let refusal = Eligibility.refusal(for: priorSessions, of: client, noShowLimit: noShowLimit) else {
            return nil
        }
        guard request.overrideReason != nil else { throw refusal }
        return refusal.rule
    }
}

/// A request for a session.
public struct BookingRequest: Sendable {
    /// The studio.
    public let studio: Studio
    /// The trainer; `nil` means any trainer.
    public var trainer: Trainer?
    /// The identifier of the client.
    public let who: ClientIdentifier
    /// The details of a new client; `nil` refuses unknown people.
    public var newClient: ClientDetails?
    /// The given name; a known client with another name is refused.
    public var name: PersonName?
    /// Whether the known client is accepted although the name differs.
    public var acceptsOtherName = false
    /// An additional e-mail address.
    ///
    /// The free session of its owners is used too, even if the address is not stored.
    public var email: EmailAddress?
    /// An additional phone number, with the same effect on the free session.
    public var phone: PhoneNumber?
    /// The start.
    public let start: Date
    /// The hold of the slot; `nil` if the slot is not held for this client.
    public var hold: Hold?
    /// The source of the booking.
    public var source: String?
    /// A note about the client, for staff.
    public var note: SingleLineText?
    /// The language of the client's messages; `nil` keeps the stored one.
    public var language: Language?
    /// The request's key; a repeated request with the same key returns the first result.
    public var requestID: String?
    /// The reason for waiving the soft rules; `nil` applies every rule.
    public var overrideReason: String?
    /// Whether the request is only checked, without storing anything.
    public var isDryRun = false
    /// Whether the result includes the expected messages.
    public var reportsMessages = false

    /// Creates a request.
    public init(studio: Studio, who: ClientIdentifier, start: Date) {
        self.studio = studio
        self.who = who
        self.start = start
    }

    /// All contacts in the request.
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

/// The result of a booking request.
public struct BookingResult: Sendable {
    /// The session.
    public let session: Session
    /// Whether this request created the session; `false` for a repeated request and a dry run.
    public let created: Bool
    /// The result for the given contacts.
    public let contacts: ContactReport
    /// The messages about the session; `nil` unless they were requested.
    public internal(set) var messages: ExpectedMessages?
}
