/// The assignment of connections to callers, without I/O, so that it can be tested without a server.
struct PoolState<Member: Sendable> {
    /// The identity of a waiting caller.
    typealias Ticket = UInt64

    /// The right to a connection.
    enum Grant {
        /// Use an existing connection.
        case lend(Member)
        /// Open a new connection.
        case open
    }

    private let limit: Int
    private let waiterLimit: Int
    private(set) var isClosed = false
    /// The number of connections that are open or being opened.
    private(set) var open = 0
    private(set) var idle: [Member] = []
    private var waiters: [Ticket] = []
    private var tickets: Ticket = 0

    init(limit: Int, waiterLimit: Int) {
        self.limit = max(1, limit)
        self.waiterLimit = waiterLimit
    }

    var waiting: Int { waiters.count }

    /// Returns the most recently used connection or the right to open one; `nil` where the caller has to wait.
    mutating func take() -> Grant? {
        guard !isClosed, waiters.isEmpty else { return nil }
        if let member = idle.popLast() { return .lend(member) }
        guard open < limit else { return nil }
        open += 1
        return .open
    }

    /// Adds a caller to the queue.
    ///
    /// - Returns: The reason of a rejection; `nil` where the caller was queued.
    mutating func enqueue(_ ticket: Ticket) -> PostgresError.Kind? {
        guard !isClosed else { return .closed }
        guard waiters.count < waiterLimit else { return .poolExhausted }
        waiters.append(ticket)
        return nil
    }

    /// Returns a ticket for a caller that may have to wait.
    mutating func makeTicket() -> Ticket {
        tickets += 1
        return tickets
    }

    /// Returns a reusable connection to the pool.
    ///
    /// - Returns: The waiting caller that gets the connection; `nil` where it is kept, or the pool is closed and the
    ///   caller closes it.
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

    /// Records that a connection was closed or could not be opened.
    ///
    /// - Returns: The waiting caller that may open another one.
    mutating func connectionClosed() -> (ticket: Ticket, grant: Grant)? {
        open -= 1
        guard !isClosed, let ticket = next() else { return nil }
        open += 1
        return (ticket, .open)
    }

    /// Removes a caller from the queue.
    ///
    /// - Returns: Whether the caller was queued; `false` where its grant is already on the way.
    mutating func leave(_ ticket: Ticket) -> Bool {
        guard let place = waiters.firstIndex(of: ticket) else { return false }
        waiters.remove(at: place)
        return true
    }

    /// Closes the pool, and returns the connections to close and the callers to reject.
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
