import Booking
import BookingStore
import FoundationEssentials
import Messaging

/// A session in the words of a message to its client.
struct Appointment {
    let handout: Handout

    private var session: Session { handout.session }
    private var clock: StudioClock { session.studio.clock }

    /// What templates may speak of.
    var values: [String: TemplateValue] {
        [
            "client": .text(session.client.name),
            "trainer": .text(session.trainer.name),
            "studio": .text(session.studio.name),
            "reference": .text(session.reference.description),
            "day": .text(day),
            "time": .text(time),
            "zone": .text(clock.abbreviation(session.startsAt)),
            "minutes": .text(String(Int(session.endsAt.timeIntervalSince(session.startsAt) / 60))),
            "address": .optional(handout.address),
            "phone": .optional(handout.phone?.display),
            "email": .optional(handout.email?.address),
        ]
    }

    /// Such as `Tuesday, December 1`.
    private var day: String {
        let date = clock.date(of: session.startsAt)
        return "\(date.weekday.title), \(Self.months[date.month - 1]) \(date.day)"
    }

    /// Such as `9:00 AM`: whoever books by phone in these regions says it so.
    private var time: String {
        let minutes = clock.time(of: session.startsAt).minutes
        let (hour, minute) = (minutes / 60, minutes % 60)
        let clockFace = hour % 12 == 0 ? 12 : hour % 12
        return "\(clockFace):\(minute < 10 ? "0" : "")\(minute) \(hour < 12 ? "AM" : "PM")"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
