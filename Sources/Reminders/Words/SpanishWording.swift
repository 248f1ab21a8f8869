import Booking

/// Spanish as the United States write it: days in small letters, a clock of twelve hours.
struct SpanishWording: Wording {
    func day(_ date: LocalDate) -> String {
        "\(Self.weekdays[date.weekday.rawValue - 1]) \(date.day) de \(Self.months[date.month - 1])"
    }

    func onDay(_ date: LocalDate) -> String { "el \(day(date))" }

    func daysAhead(_ days: Int) -> String? {
        switch days {
        case -1: "ayer"
        case 0: "hoy"
        case 1: "mañana"
        case 2...6: "dentro de \(Self.numbers[days - 2]) días"
        default: nil
        }
    }

    /// The two letters of the abbreviation stay on one line.
    func time(_ time: LocalTime) -> String {
        "\(time.onClockFace) \(time.isMorning ? "a" : "p").\(String.noBreakSpace)m."
    }

    /// One o'clock is the one hour that is singular.
    func atTime(_ time: LocalTime) -> String {
        "\(time.minutes / 60 % 12 == 1 ? "a la" : "a las") \(self.time(time))"
    }

    func sessions(_ count: Int) -> String {
        switch count {
        case 0: "ninguna sesión"
        case 1: "1 sesión"
        default: "\(count) sesiones"
        }
    }

    func calendarTitle(studio: String) -> String { "Sesión de introducción gratuita en \(studio)" }

    func calendarNote(minutes: String, trainer: String, reference: String, phone: String?) -> String {
        ["\(minutes) minutos con \(trainer).", "Referencia: \(reference)", phone.map { "Teléfono: \($0)" }]
            .compactMap(\.self).joined(separator: "\n")
    }

    private static let numbers = ["dos", "tres", "cuatro", "cinco", "seis"]
    private static let weekdays = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
    private static let months = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ]
}
