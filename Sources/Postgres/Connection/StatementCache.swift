/// Which statements a connection has prepared: those asked for twice, the least used long ago given up first.
struct StatementCache {
    /// What a prepared statement depends on: the same text with binds of other types is another statement.
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    /// How a statement is to be run.
    enum Plan: Equatable {
        /// With its text: preparing would cost a round trip that may never pay.
        case unprepared
        /// Prepare it under this name, deallocating another one if there is one, then run it.
        case prepare(name: String, deallocating: String?)
        /// Run what is prepared under this name.
        case prepared(name: String)
    }

    private struct Entry {
        var name: String?
        var lastUse: UInt64
    }

    private let capacity: Int
    /// Begins each name: a pooler may run it on a server connection where another client has prepared statements.
    private let prefix = "intro_\(String(UInt64.random(in: .min ... .max), radix: 36))_"
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    /// Names given up here that the server still has.
    ///
    /// One goes whenever one comes, so that the server never has more than the capacity.
    private var evictedNames: [String] = []

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Plans one run of a statement.
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

    /// The server no longer has a statement of this name.
    mutating func deallocated(_ name: String) {
        evictedNames.removeAll { $0 == name }
    }

    /// The server does not have this statement: it has forgotten it, or preparing it failed.
    mutating func forget(_ key: Key) {
        entries[key] = nil
    }

    /// The server has this statement, but it is of no more use.
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
