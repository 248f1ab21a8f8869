/// Which statements a connection has prepared: those asked for twice, the least used long ago given up first.
struct StatementCache {
    /// How a statement is to be run.
    enum Plan: Equatable {
        /// With its text: preparing would cost a round trip that may never pay.
        case unprepared
        /// Prepare it under this name, giving up another statement's if there is one, then run it.
        case prepare(name: String, evicting: String?)
        /// Run what is prepared under this name.
        case prepared(name: String)
    }

    private struct Entry {
        var name: String?
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Plans one run of a statement.
    mutating func plan(_ text: String) -> Plan {
        guard capacity > 0 else { return .unprepared }
        uses += 1
        guard let entry = entries[text] else {
            let evicted = makeRoom()
            entries[text] = Entry(name: nil, lastUse: uses)
            // What was given up is deallocated when the name is next needed; most texts seen once have none.
            if let evicted { freed.append(evicted) }
            return .unprepared
        }
        entries[text]?.lastUse = uses
        if let name = entry.name { return .prepared(name: name) }
        let name = "s\(uses)"
        entries[text]?.name = name
        return .prepare(name: name, evicting: freed.popLast())
    }

    /// Forgets a statement, because the server has, or because preparing it failed.
    mutating func forget(_ text: String) {
        entries[text] = nil
    }

    private var freed: [String] = []

    private mutating func makeRoom() -> String? {
        guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            return nil
        }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}
