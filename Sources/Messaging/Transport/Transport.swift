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

/// A session that sends messages one after the other over one connection.
///
/// A session blocks its own thread, not one of the shared pool of Swift tasks. Code isolated to a session runs on that
/// thread too, and sends consecutive messages without switching threads.
public protocol TransportSession<Item>: Actor {
    /// A message with its envelope.
    associatedtype Item: Sendable

    /// Sends one message to one recipient.
    ///
    /// Cancelling the task stops the delivery unless the whole message was sent; then the delivery waits for the
    /// reply.
    ///
    /// - Parameter item: The message.
    /// - Returns: The outcome.
    func deliver(_ item: Item) async -> DeliveryOutcome

    /// Closes the connection with a regular logout; the next delivery opens a new one.
    func close() async
}

extension Transport {
    /// Creates a session for the duration of the body.
    ///
    /// - Parameter body: The closure that uses the session.
    /// - Returns: The body's result.
    /// - Throws: `TransportConfigurationError`, or the body's error.
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
    /// The message as returned by `MailMessage.render`; other line endings become CRLF when it is sent.
    public let message: [UInt8]
    /// The envelope's sender, which receives failure reports.
    public let from: Mailbox
    /// The envelope's only recipient.
    public let to: Mailbox

    /// Creates an envelope.
    public init(_ message: [UInt8], from: Mailbox, to: Mailbox) {
        self.message = message
        self.from = from
        self.to = to
    }
}

/// An executor that runs one session's blocking work in order, on a thread outside the shared pool of Swift tasks.
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
    /// These octets with CRLF line endings, the only ones that SMTP allows (RFC 5321 section 2.3.8).
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

    /// Whether all line endings are CRLF already, as in every message that `MailMessage` renders.
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
