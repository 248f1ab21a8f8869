public import Booking
public import FoundationEssentials
public import Messaging

extension CalendarEvent {
    /// The program that writes our calendars.
    public static let productID = "-//Intro//Introductory sessions//EN"

    /// A session as an entry of a calendar, the same entry for the whole life of the session.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - stamp: When this form of the entry was made.
    public init(_ session: Session, stamp: Date) {
        self.init(
            uid: SessionUID(session).description,
            sequence: Int(session.revision) - 1, starts: session.startsAt, ends: session.endsAt, stamp: stamp,
            summary: "Free introductory session at \(session.studio.name)",
            description: "Reference: \(session.reference)", location: session.studio.name,
            status: session.status == .cancelled ? .cancelled : .confirmed)
        isAccepted = session.confirmedAt != nil
    }
}
