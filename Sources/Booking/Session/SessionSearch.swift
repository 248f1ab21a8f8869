public import FoundationEssentials

/// A search for a session by its client, for people who do not have the reference at hand.
public enum SessionSearch: Sendable, Equatable {
    /// The sessions of a client with an e-mail address, a phone number or a client number.
    case client(ClientIdentifier)
    /// The sessions of clients with a name.
    case name(PersonName)

    /// Parses a client identifier or a name; returns `nil` if the text is neither.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - region: The region of a phone number without a country code.
    /// - Throws: ``InvalidInput`` if the text is an invalid e-mail address.
    public init?(_ text: String, region: Region) throws {
        do {
            self = .client(try ClientIdentifier(text, region: region))
        } catch is ClientIdentifier.UnrecognizedText {
            guard let name = try? PersonName(text), text.contains(where: { $0.isLetter || !$0.isASCII }) else {
                return nil
            }
            self = .name(name)
        }
    }

    /// Returns the search for the clients by name; `nil` if an identifier was given.
    public func clientSearch(region: Region) -> ClientSearch? {
        if case .name(let name) = self { ClientSearch(name.text, region: region) } else { nil }
    }

    /// Returns the clients whose names are most similar to the name.
    ///
    /// A name that is equal excludes names that are only similar: `Ana Lima` is not `Ana Lima Costa`.
    ///
    /// - Parameters:
    ///   - clients: The clients that match ``clientSearch(region:)``.
    ///   - name: The name.
    /// - Returns: The clients with an equal name; if none has one, those with a similar name.
    public static func mostSimilar(_ clients: [Client], to name: PersonName) -> [Client] {
        let rated = clients.map { (client: $0, similarity: NameComparison.similarity($0.name, name.text)) }
        guard let best = rated.map(\.similarity).max(), best > .different else { return [] }
        return rated.filter { $0.similarity == best }.map(\.client)
    }
}

/// The choice among the sessions of the clients that a search found.
public enum SessionChoice: Sendable {
    /// No session.
    case none
    /// The only session that can be meant.
    case one(Session)
    /// The sessions that can be meant, by start.
    case several([Session])

    /// Chooses the session that is meant.
    ///
    /// For each client, these are the sessions to come, including one that is not over. A client without any has the
    /// latest session that was not cancelled; if it is marked, or there is none, also a cancelled session with a later
    /// start, since either may be meant. Clients with a booked session exclude clients whose sessions are all marked or
    /// cancelled.
    ///
    /// - Parameters:
    ///   - sessions: All sessions of the clients.
    ///   - now: The current time.
    public init(among sessions: [Session], now: Date) {
        let candidates = Dictionary(grouping: sessions, by: \.client.id).values
            .flatMap { Self.candidates(of: $0, now: now) }
        let open = candidates.filter { $0.status == .booked }
        let meant = (open.isEmpty ? candidates : open)
            .sorted { ($0.startsAt, $0.reference.code) < ($1.startsAt, $1.reference.code) }
        switch meant.count {
        case 0: self = .none
        case 1: self = .one(meant[0])
        default: self = .several(meant)
        }
    }

    private static func candidates(of sessions: [Session], now: Date) -> [Session] {
        let ahead = sessions.filter { $0.status == .booked && $0.endsAt > now }
        guard ahead.isEmpty else { return ahead }
        let latest = [true, false].map { isCancelled in
            sessions.filter { ($0.status == .cancelled) == isCancelled }
                .max { ($0.startsAt, $0.bookedAt) < ($1.startsAt, $1.bookedAt) }
        }
        guard let cancelled = latest[0] else { return latest[1].map { [$0] } ?? [] }
        guard let kept = latest[1] else { return [cancelled] }
        return kept.status != .booked && cancelled.startsAt > kept.startsAt ? [kept, cancelled] : [kept]
    }
}

/// An error for a text that matches several sessions.
public struct AmbiguousSession: Error, Sendable {
    /// The input.
    public let text: String
    /// The sessions, by start.
    public let candidates: [Session]

    /// Creates an error.
    public init(_ text: String, candidates: [Session]) {
        self.text = text
        self.candidates = candidates
    }
}

/// An error for a text that several clients match.
public struct AmbiguousClient: Error, Sendable {
    /// The input.
    public let text: String
    /// The clients, by number.
    public let candidates: [Client]

    /// Creates an error.
    public init(_ text: String, candidates: [Client]) {
        self.text = text
        self.candidates = candidates.sorted { $0.id.value < $1.id.value }
    }
}
