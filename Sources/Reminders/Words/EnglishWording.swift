import Booking

/// English as the United States write it.
struct EnglishWording: Wording {
    func day(_ date: LocalDate) -> String { "\(date.weekday.title), \(Self.months[date.month - 1]) \(date.day)" }

    func onDay(_ date: LocalDate) -> String { "on \(day(date))" }

    func daysAhead(_ days: Int) -> String? {
        switch days {
        case -1: "yesterday"
        case 0: "today"
        case 1: "tomorrow"
        case 2...6: "in \(Self.numbers[days - 2]) days"
        default: nil
        }
    }

    /// Whoever books by phone in these regions says it so.
    func time(_ time: LocalTime) -> String { "\(time.onClockFace) \(time.isMorning ? "AM" : "PM")" }

    func atTime(_ time: LocalTime) -> String { "at \(self.time(time))" }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "no sessions"
        case 1: "1 session"
        default: "\(count) sessions"
        }
    }

    func calendarTitle(studio: String) -> String { "Free introductory session at \(studio)" }

    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String {
        ["\(minutes) minutes with \(trainer).", "Reference: \(reference)", phone.map { "Phone: \($0)" }]
            .compactMap(\.self).joined(separator: "\n")
    }

    private static let numbers = ["two", "three", "four", "five", "six"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
