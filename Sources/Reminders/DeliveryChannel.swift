public import Booking
public import BookingStore
public import FoundationEssentials
public import Messaging

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
