import Booking
import FoundationEssentials
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
    private var sessions: SessionRepository { SessionRepository(connection) }
    private var free: Date {
        let offer = request.studio.offer
        return request.start + TimeInterval((offer.sessionMinutes + offer.turnaroundMinutes) * 60)
    }

    func run() async throws -> BookingResult {
        // Asked before the person is looked for, who may share a phone with others by now.
        if let earlier = try await earlierResult() { return earlier }
        let known = try await clients.atMostOne(request.who)
        var contacts = request.contacts
        contacts.add(known?.email)
        contacts.add(known?.phone)
        try await takeTurn(contacts)
        // And again, since the first of them may have been under way until now.
        if let earlier = try await earlierResult() { return earlier }
        let client = try await person(known)
        contacts.add(client.email)
        contacts.add(client.phone)
        let ineligible = try await judgeEligibility(of: client, contacts)
        let choice = try await SlotChoice(
            connection: connection, studio: request.studio, trainer: request.trainer, start: request.start, now: now,
            strictness: request.overrideReason == nil ? .all : .hardOnly
        ).choose()
        let session = try await write(client, choice, ineligible: ineligible)
        try await LedgerRepository(connection).askForDelivery()
        return BookingResult(session: try await sessions.planAndRead(session, now: now), created: true)
    }

    /// What an earlier request of the same key came to.
    private func earlierResult() async throws -> BookingResult? {
        guard request.requestID != nil else { return nil }
        return try await sessions.made(by: key).map { BookingResult(session: $0, created: false) }
    }

    private func takeTurn(_ contacts: Contacts) async throws {
        var work = Work(actor: actor, reason: request.overrideReason)
        work.read(studio: request.studio.id)
        work.take(request: key)
        work.take(person: contacts)
        work.take(hoursOf: request.studio.id, from: request.start, until: free)
        if let trainer = request.trainer { work.take(trainers: trainer.id) }
        try await work.begin(on: connection)
    }

    /// The person as stored: somebody else may have written them down while we waited for our turn.
    private func person(_ known: Client?) async throws -> Client {
        if let known { return known }
        if let known = try await clients.atMostOne(request.who) { return known }
        guard let newcomer = request.newcomer else {
            throw NotFound("client who goes by that", hint: "add --name to book a new person")
        }
        return try await clients.insert(newcomer)
    }

    /// The rule by which the person has no further free session, where the override waives it.
    private func judgeEligibility(of client: Client, _ contacts: Contacts) async throws -> Refusal.Rule? {
        let visits = try await sessions.visits(of: contacts, now: now)
        guard let refusal = Eligibility.refusal(for: visits, of: client.id, noShowLimit: noShowLimit) else {
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
