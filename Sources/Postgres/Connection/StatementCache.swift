/// The prepared statements of a connection: those requested at least twice; the least recently used is evicted first.
struct StatementCache {
    /// The identity of a prepared statement: the same text with binds of other types is a different statement.
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    /// The way in which a statement is run.
    enum Plan: Equatable {
        /// Run the text directly: a first use does not justify a round trip for preparing it.
        case unprepared
        /// Prepare the statement under this name, after deallocating another one if given, and run it.
        case prepare(name: String, deallocating: String?)
        /// Run the prepared statement of this name.
        case prepared(name: String)
    }

    private struct Entry {
        var name: String?
        var lastUse: UInt64
    }

    private let capacity: Int
    /// The prefix of each name, random because a pooler may share a server connection with other clients' statements.
    private let prefix = "intro_\(String(UInt64.random(in: .min ... .max), radix: 36))_"
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    /// The names of evicted statements that are still prepared on the server.
    ///
    /// Each prepared statement deallocates one of them, so that the server never has more than the capacity.
    private var evictedNames: [String] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Returns the plan for one run of a statement.
    mutating func plan(_ key: Key) -> Plan {
        guard capacity > 0 else { return .unprepared }
        uses += 1
        guard let entry = entries[key] else {
            makeRoom()
            entries[key] = Entry(name: nil, lastUse: uses)
            return .unprepared
        }
        entries[key]?.lastUse = uses
        if let name = entry.name { return .prepared(name: name) }
        let name = "\(prefix)\(uses)"
        entries[key]?.name = name
        return .prepare(name: name, deallocating: evictedNames.last)
    }

    /// Records that the server no longer has a statement of this name.
    mutating func deallocated(_ name: String) {
        evictedNames.removeAll { $0 == name }
    }

    /// Records that the server may still have a statement of this name.
    mutating func kept(_ name: String) {
        evictedNames.append(name)
    }

    /// Removes a statement that the server does not have, or failed to prepare.
    mutating func forget(_ key: Key) {
        entries[key] = nil
    }

    /// Evicts a statement that is prepared on the server but no longer usable.
    mutating func evict(_ key: Key) {
        if let name = entries.removeValue(forKey: key)?.name { evictedNames.append(name) }
    }

    private mutating func makeRoom() {
        guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return
        }
        evict(oldest.key)
    }
}
