import Booking
import BookingStore
public import FoundationEssentials
public import Messaging

/// Delivers due messages over one transport session: claims a batch, renders and sends each message, records the outcomes.
struct DeliveryWorker<Item: Sendable> {
    let deliveryChannel: DeliveryChannel<Item>
    let run: DeliveryRun
    let number: Int32
    let ledger: DeliveryRepository
    let progress: DeliveryProgress
    let until: Date
    let journal: DeliveryRun.RunJournal?
    /// Whether to end after a server that refused all messages has accepted one.
    var isTrial = false

    /// The outcome of one message.
    private struct Attempt {
        let record: DeliveryRecord
        var canContinue = true
    }

    /// Tries one message at a time over a connection of its own, until the server accepts one or refuses all messages.
    func trial() async throws {
        var worker = self
        worker.isTrial = true
        try await deliveryChannel.transport.withSession { [worker] in try await worker.work(with: $0) }
    }

    /// Delivers batches until no message is due or the server asks the client to wait.
    ///
    /// Runs on the session's own thread, because libcurl blocks.
    func work(with session: isolated any TransportSession<Item>) async throws {
        var size = BatchSize()
        var canContinue = true
        while canContinue, !isTrial || progress.isTrial(deliveryChannel.channel),
            let batch = try await claimBatch(size.messages)
        {
            try await writeJournal(batch)
            let start = run.stopwatch()
            var records = batch.unreadable
            for (index, claimed) in batch.messages.enumerated() {
                // Release messages that were claimed more than 100 ms ago; their eligibility may have changed.
                guard canContinue, index == 0 || run.stopwatch() - start < run.maximumClaimAge else {
                    let rest = batch.messages[index...]
                    progress.giveBack(rest.count)
                    records += rest.flatMap { DeliveryRecord.unattempted($0.message).forRows(of: $0) }
                    break
                }
                let attempt = await send(claimed, by: session)
                records += attempt.record.forRows(of: claimed)
                canContinue = attempt.canContinue
            }
            size.adapt(to: run.stopwatch() - start)
            try await write(records)
        }
    }

    /// Claims the next batch; returns `nil` when no message is due or the task is cancelled.
    private func claimBatch(_ size: Int) async throws -> MessageBatch? {
        guard !Task.isCancelled else { return nil }
        let reserved = progress.reserve(size, of: deliveryChannel.channel)
        guard reserved > 0 else { return nil }
        do {
            let batch = try await ledger.take(
                number, by: deliveryChannel.channel, until: until, now: run.clock(), limit: reserved)
            progress.settle(batch, of: reserved, by: deliveryChannel.channel)
            return batch.isEmpty ? nil : batch
        } catch is CancellationError {
            // The claim was rolled back: no message is claimed.
            return nil
        }
    }

    private func send(_ claimed: ClaimedMessage, by session: any TransportSession<Item>) async -> Attempt {
        guard !Task.isCancelled else { return Attempt(record: .unattempted(claimed.message)) }
        guard progress.stop(of: deliveryChannel.channel) == nil else {
            progress.giveBack(1)
            return Attempt(record: .unattempted(claimed.message))
        }
        do {
            let now = run.clock()
            let renderedMessage = try deliveryChannel.write(claimed, now)
            let outcome = await session.deliver(renderedMessage.item)
            if Task.isCancelled, case .notSent = outcome { return Attempt(record: .unattempted(claimed.message)) }
            let record =
                switch progress.evaluate(outcome, of: claimed, on: deliveryChannel.channel) {
                case .message: DeliveryRecord(claimed, outcome, copy: renderedMessage.copy, at: now)
                case .channel: DeliveryRecord(claimed, refusedWithAll: outcome, copy: renderedMessage.copy, at: now)
                }
            progress.count(outcome, as: record, of: deliveryChannel.channel, for: claimed.rule)
            return Attempt(record: record, canContinue: !outcome.requestsBackoff)
        } catch {
            let record = unrenderable(claimed, because: error)
            if let failure = DeliveryRun.Failure(record, deliveryChannel.channel) { progress.fail(as: failure) }
            return Attempt(record: record)
        }
    }

    /// The ledger entry of a message that could not be rendered: it waits until the template is corrected.
    private func unrenderable(_ claimed: ClaimedMessage, because error: any Error) -> DeliveryRecord {
        guard let error = error as? TemplateError else {
            return DeliveryRecord(
                message: claimed.message, status: .failed, reason: .renderingFailed, reply: "\(error)")
        }
        let next = run.clock() + DeliveryRun.templateRetry
        return .templateError(
            claimed.message, run.templates?.explanation(of: error) ?? error.description,
            retryAt: claimed.deadline.map { next < $0 } ?? true ? next : nil)
    }

    func write(_ records: [DeliveryRecord]) async throws {
        // Before the ledger: a message that the journal lists and the ledger has as queued was sent before a restore.
        let journaled = Result { try journal?.writeNotSent(records) }
        let (ledger, number, now) = (ledger, number, run.clock())
        do {
            try await runToCompletion { try await ledger.record(records, by: number, at: now) }
        } catch {
            progress.keep(records)
            throw error
        }
        // After the ledger, because the batch may also contain sent messages, which must not become unknown.
        _ = try journaled.get()
    }
}

/// How messages of one channel are rendered and sent.
public struct DeliveryChannel<Item: Sendable>: Sendable {
    /// A rendered message, and the copy that the ledger keeps.
    public struct RenderedMessage: Sendable {
        /// The message for the transport.
        public let item: Item
        /// The copy for the ledger.
        public let copy: DeliveryRecord.Copy

        /// Creates a rendered message.
        public init(item: Item, copy: DeliveryRecord.Copy) {
            self.item = item
            self.copy = copy
        }
    }

    let channel: Channel
    let transport: any Transport<Item>
    let connections: Int
    let write: @Sendable (ClaimedMessage, Date) throws -> RenderedMessage

    /// Creates a channel.
    ///
    /// - Parameters:
    ///   - channel: The kind of messages.
    ///   - transport: The server or folder.
    ///   - connections: The maximum number of sessions.
    ///   - write: Renders a row of the ledger at the time of sending.
    public init(
        _ channel: Channel, by transport: any Transport<Item>, connections: Int,
        write: @escaping @Sendable (ClaimedMessage, Date) throws -> RenderedMessage
    ) {
        self.channel = channel
        self.transport = transport
        self.connections = connections
        self.write = write
    }
}

/// The number of messages that a worker claims at once.
///
/// Messages that are claimed when a sender crashes stay unknown. A batch is therefore no larger than what is sent in about
/// fifty milliseconds: one message with a slow server, dozens with a fast one. Smaller batches would cost a fifth more of
/// the database's time with a fast server, because each batch is claimed and recorded by itself.
struct BatchSize {
    private static let largest = 64
    private static let reach: Duration = .milliseconds(50)

    private(set) var messages = 1

    /// Adapts the size to the time that a batch took.
    mutating func adapt(to duration: Duration) {
        messages = duration < Self.reach ? min(messages * 2, Self.largest) : max(messages / 2, 1)
    }
}
