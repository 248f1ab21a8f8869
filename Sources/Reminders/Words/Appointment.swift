import Booking
import BookingStore
import FoundationEssentials
import Messaging

/// A session in the words of a message to its client.
struct Appointment {
    let handout: Handout
    /// The front desk's phone.
    let phone: WrittenPhones.Phone?
    /// When the client is told, which decides what "tomorrow" is.
    let now: Date

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
            "when": .text(when),
            "whenTitle": .text(when.prefix(1).uppercased() + when.dropFirst()),
            "time": .text(time),
            "zone": .text(zone),
            "minutes": .text(minutes),
            "address": .optional(handout.address),
            "phone": .optional(phone?.unbroken),
            "phoneNumber": .optional(phone?.number.e164),
        ]
    }

    /// What an entry of the client's calendar says besides its title.
    var note: String {
        [
            "\(minutes) minutes with \(session.trainer.name).",
            "Reference: \(session.reference)",
            phone.map { "Phone: \($0.text)" },
        ].compactMap(\.self).joined(separator: "\n")
    }

    private var minutes: String { String(Int(session.endsAt.timeIntervalSince(session.startsAt) / 60)) }

    /// Such as `Tuesday, December 1`.
    private var day: String {
        let date = clock.date(of: session.startsAt)
        return "\(date.weekday.title), \(Self.months[date.month - 1]) \(date.day)"
    }

    /// Counted in days of the studio's calendar, because a message may go out earlier or later than it was due.
    private var when: String {
        let days = clock.date(of: now).days(to: clock.date(of: session.startsAt))
        return switch days {
        case ...0: "today"
        case 1: "tomorrow"
        case 2...6: "in \(Self.numbers[days - 2]) days"
        default: "on \(day)"
        }
    }

    /// Such as `9:00 AM`: whoever books by phone in these regions says it so.
    private var time: String {
        let minutes = clock.time(of: session.startsAt).minutes
        let (hour, minute) = (minutes / 60, minutes % 60)
        let clockFace = hour % 12 == 0 ? 12 : hour % 12
        return "\(clockFace):\(minute < 10 ? "0" : "")\(minute) \(hour < 12 ? "AM" : "PM")"
    }

    /// Such as `PST`; where a zone has no letters of its own, `UTC-03`.
    private var zone: String {
        let name = clock.abbreviation(session.startsAt)
        return name.hasPrefix("+") || name.hasPrefix("-") ? "UTC\(name)" : name
    }

    private static let numbers = ["two", "three", "four", "five", "six"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
