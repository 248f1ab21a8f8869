/// Somebody for whose sake vacuum keeps rows that nobody else needs.
public struct HeldSnapshot: Sendable, Equatable {
    /// What holds it.
    public enum Holder: String, Sendable {
        /// A transaction of a connected client.
        case session
        /// A standby that tells of its queries (`hot_standby_feedback`).
        case standby
        /// A transaction that was prepared, and neither committed nor rolled back.
        case preparedTransaction = "prepared_transaction"
        /// A replication slot whose reader is behind or gone.
        case replicationSlot = "replication_slot"
    }

    /// What holds it.
    public let holder: Holder
    /// The client's `application_name`, the transaction's or the slot's name.
    public let name: String
    /// The server process, where there is one.
    public let processID: Int32?
    /// How many transactions have begun since.
    public let transactions: Int
    /// For how long; `nil` where the server does not tell, of a slot or for want of the right `pg_read_all_stats`.
    public let held: Duration?
}
