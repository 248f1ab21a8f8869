public import Booking

/// An error for an entity that does not exist; the user interface words it.
public struct NotFound: Error, Sendable {
    /// The missing entity.
    public enum Subject: Sendable {
        /// A studio with a handle.
        case studio(Handle)
        /// A studio with a primary key.
        case studioID(Studio.ID)
        /// A trainer.
        case trainer(Handle)
        /// An absence of a trainer.
        case absence(Int64, of: Handle)
        /// A closure of a studio in a period.
        case closure(of: Handle)
        /// A season of weekly hours, by its first date.
        case season(LocalDate, of: Handle, at: Handle)
        /// A client.
        case client(ClientIdentifier)
        /// A client who would be added if the request had a name, and the owners of its additional contacts.
        case unnamedClient(ClientIdentifier, others: [Identification.Owners])
        /// A client with a name.
        case namedClient(String)
        /// A session of clients.
        case sessionOfClient([Client])
        /// A client with the token of an unsubscribe link.
        case unsubscribeToken
        /// A session or a client for a text that is neither an existing reference nor the name of a client.
        case sessionOrClient(String)
        /// A session, client, trainer or studio for a text, whose events were to be listed.
        case eventSubject(String)
        /// A session with a booking reference.
        case session(Reference)
        /// A session with a primary key.
        case sessionID(Session.ID)
        /// A hold of a slot.
        case hold(Reference)
        /// A reminder rule.
        case rule(Handle)
        /// A message in the ledger.
        case message(Int64)
        /// An address or a number on the suppression list.
        case suppression
        /// An incoming mail.
        case inboundMail(Int64)
        /// An incoming text message.
        case inboundText(Int64)
    }

    /// The missing entity.
    public let subject: Subject

    /// Creates an error for a missing entity.
    public init(_ subject: Subject) {
        self.subject = subject
    }
}
