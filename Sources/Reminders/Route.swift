public import Booking
public import BookingStore
public import FoundationEssentials
public import Messaging

/// How messages of one channel leave: who writes them, and who carries them.
public struct Route<Item: Sendable>: Sendable {
    /// A message, ready to be carried, and what the ledger keeps of it.
    public struct Letter: Sendable {
        /// What is carried.
        public let item: Item
        /// What was said.
        public let copy: DeliveryRecord.Copy

        /// Seals a letter.
        public init(item: Item, copy: DeliveryRecord.Copy) {
            self.item = item
            self.copy = copy
        }
    }

    let channel: Channel
    let transport: any Transport<Item>
    let couriers: Int
    let write: @Sendable (Handout, Date) throws -> Letter

    /// Opens a route.
    ///
    /// - Parameters:
    ///   - channel: What it serves.
    ///   - transport: How messages leave.
    ///   - couriers: How many connections at the most.
    ///   - write: Makes a message of a row of the ledger, at the instant of sending.
    public init(
        _ channel: Channel, by transport: any Transport<Item>, couriers: Int,
        write: @escaping @Sendable (Handout, Date) throws -> Letter
    ) {
        self.channel = channel
        self.transport = transport
        self.couriers = couriers
        self.write = write
    }
}
