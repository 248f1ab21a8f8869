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
            // The second of the booking keeps the name apart from those of other installations.
            uid: "\(session.reference.code.lowercased())-\(Int64(session.bookedAt.timeIntervalSince1970))@intro",
            sequence: Int(session.revision) - 1, starts: session.startsAt, ends: session.endsAt, stamp: stamp,
            summary: "Free introductory session at \(session.studio.name)",
            description: "Reference: \(session.reference)", location: session.studio.name,
            status: session.status == .cancelled ? .cancelled : .confirmed)
    }
}
