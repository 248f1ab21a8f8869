/// Decides who gets which connection; does nothing itself, and so needs no server to be tested.
struct PoolState<Member: Sendable> {
    /// Names a caller who waits.
    typealias Ticket = UInt64

    /// What a caller is to do.
    enum Grant {
        /// Use this one.
        case lend(Member)
        /// Open one.
        case open
    }

    private let limit: Int
    private let waiterLimit: Int
    private(set) var isClosed = false
    /// Connections that exist or are being opened.
    private(set) var open = 0
    private(set) var idle: [Member] = []
    private var waiters: [Ticket] = []
    private var tickets: Ticket = 0

    init(limit: Int, waiterLimit: Int) {
        self.limit = max(1, limit)
        self.waiterLimit = waiterLimit
    }

    var waiting: Int { waiters.count }

    /// Somebody wants a connection: the one used last, a new one, or `nil` where the caller has to wait.
    mutating func take() -> Grant? {
        guard !isClosed, waiters.isEmpty else { return nil }
        if let member = idle.popLast() { return .lend(member) }
        guard open < limit else { return nil }
        open += 1
        return .open
    }

    /// Somebody will wait.
    ///
    /// Returns why not, or `nil` once the caller stands in the queue.
    mutating func enqueue(_ ticket: Ticket) -> PostgresError.Kind? {
        guard !isClosed else { return .closed }
        guard waiters.count < waiterLimit else { return .poolExhausted }
        waiters.append(ticket)
        return nil
    }

    /// Names a caller who may have to wait.
    mutating func makeTicket() -> Ticket {
        tickets += 1
        return tickets
    }

    /// A connection comes back fit for use.
    ///
    /// Returns who gets it, if somebody waits; `nil` keeps it, unless the pool has closed: then the caller hangs up.
    mutating func checkIn(_ member: Member) -> (ticket: Ticket, grant: Grant)? {
        guard !isClosed else {
            open -= 1
            return nil
        }
        guard let ticket = next() else {
            idle.append(member)
            return nil
        }
        return (ticket, .lend(member))
    }

    /// A connection is gone, or could not be opened.
    ///
    /// Returns who may open one in its place.
    mutating func connectionClosed() -> (ticket: Ticket, grant: Grant)? {
        open -= 1
        guard !isClosed, let ticket = next() else { return nil }
        open += 1
        return (ticket, .open)
    }

    /// A caller no longer waits.
    ///
    /// `false` where the grant was on its way already.
    mutating func leave(_ ticket: Ticket) -> Bool {
        guard let place = waiters.firstIndex(of: ticket) else { return false }
        waiters.remove(at: place)
        return true
    }

    /// Ends the pool: returns the connections to hang up and the callers to turn away.
    mutating func close() -> (idle: [Member], waiters: [Ticket]) {
        isClosed = true
        defer {
            open -= idle.count
            idle = []
            waiters = []
        }
        return (idle, waiters)
    }

    private mutating func next() -> Ticket? {
        waiters.isEmpty ? nil : waiters.removeFirst()
    }
}
