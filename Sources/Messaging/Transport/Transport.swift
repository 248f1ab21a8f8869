import Dispatch

/// A destination for messages of one kind: a server or a folder.
public protocol Transport<Item>: Sendable {
    /// A message with its envelope.
    associatedtype Item: Sendable

    /// Creates a session; each worker keeps one.
    ///
    /// - Returns: A session that has not connected yet.
    /// - Throws: `TransportConfigurationError` when the transport cannot be used on this machine.
    func makeSession() throws(TransportConfigurationError) -> any TransportSession<Item>
}

/// Sends messages one after the other over one connection.
///
/// A session blocks on its own thread, not on those that Swift's tasks share. Code that is isolated to a session runs there
/// too, and sends message after message without a switch of threads.
public protocol TransportSession<Item>: Actor {
    /// A message with its envelope.
    associatedtype Item: Sendable

    /// Sends one message to one recipient.
    ///
    /// A cancelled task stops the delivery unless the whole message was sent; then it waits for the reply.
    ///
    /// - Parameter item: The message.
    /// - Returns: The outcome.
    func deliver(_ item: Item) async -> DeliveryOutcome

    /// Closes the connection in order; the next delivery opens a new one.
    func close() async
}

extension Transport {
    /// Creates a session for as long as the body runs.
    ///
    /// - Parameter body: The work with the session.
    /// - Returns: What the body returns.
    /// - Throws: `TransportConfigurationError`, or what the body throws.
    public func withSession<Result>(_ body: (any TransportSession<Item>) async throws -> Result) async throws -> Result
    {
        let session = try makeSession()
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}

/// An e-mail with its envelope.
public struct MailEnvelope: Hashable, Sendable {
    /// The message, as `MailMessage.render` makes it; other line ends become CRLF when it is sent.
    public let message: [UInt8]
    /// The envelope's sender, to whom failures are reported.
    public let from: Mailbox
    /// The envelope's one recipient.
    public let to: Mailbox

    /// Creates an envelope.
    public init(_ message: [UInt8], from: Mailbox, to: Mailbox) {
        self.message = message
        self.from = from
        self.to = to
    }
}

/// Runs one session's blocking work in order, on a thread outside the pool that Swift's tasks share.
final class SessionExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

extension [UInt8] {
    /// These octets with every line end as CRLF, which is all that SMTP allows (RFC 5321 section 2.3.8).
    var withCRLFLineEnds: [UInt8] {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        guard !hasOnlyCRLFLineEnds else { return self }
        var normal: [UInt8] = []
        normal.reserveCapacity(count)
        var previous: UInt8?
        for octet in self {
            switch octet {
            case lf where previous == cr: break
            case lf, cr:
                normal.append(cr)
                normal.append(lf)
            default: normal.append(octet)
            }
            previous = octet
        }
        return normal
    }

    /// Whether there is nothing to do, as with every message of our own.
    private var hasOnlyCRLFLineEnds: Bool {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        var previous: UInt8 = 0
        for octet in self {
            if (octet == lf) != (previous == cr) { return false }
            previous = octet
        }
        return previous != cr
    }
}
