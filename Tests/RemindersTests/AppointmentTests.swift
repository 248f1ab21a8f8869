import Booking
import Foundation
import Messaging
import Testing

@testable import Reminders

@Suite("Template values")
struct AppointmentTests {
    private func appointment(_ details: Details = Details(), in language: Language = .english) throws -> SessionContext
    {
        try details.appointment(in: language)
    }

    @Test("formats the values of a session in the client's language")
    func spanish() throws {
        let values = try appointment(in: .spanish).values
        #expect(
            values == [
                "client": "Ana Lopez", "firstName": "Ana", "trainer": "Maria Lopez",
                "studio": "Downtown Strength", "reference": "9000-0000",
                "day": "martes 1 de diciembre", "dayTitle": "Martes 1 de diciembre", "when": "mañana",
                "whenTitle": "Mañana",
                "time": "9:00 a.\u{A0}m.", "at": "a las 9:00 a.\u{A0}m.", "zone": "PST", "minutes": "20",
                "address": "500 S Hope St, Los Angeles, CA 90071", "phone": "+1\u{A0}213-555-0100",
                "phoneNumber": "+12135550100",
                "clientPhone": "", "clientPhoneNumber": "", "booked": true, "moved": false, "cancelled": false,
                "cancelledByStudio": false,
            ])
    }

    @Test("a template has exactly the documented values", arguments: Language.allCases)
    func names(language: Language) throws {
        #expect(Set(try appointment(in: language).values.keys) == Set(SessionField.allCases.map(\.rawValue)))
        #expect(Set(SessionField.samples(language).keys) == Set(SessionField.allCases.map(\.rawValue)))
    }

    @Test(
        "formats dates, including relative ones, in the studio's time zone",
        arguments: [
            ("America/Los_Angeles", "Tuesday, December 1", "tomorrow"),
            ("Asia/Tokyo", "Wednesday, December 2", "tomorrow"),
            ("Pacific/Kiritimati", "Wednesday, December 2", "tomorrow"),
        ])
    func clocks(zone: String, day: String, when: String) throws {
        let values = try appointment(Details(zone: zone)).values
        #expect(values["day"] == .text(day) && values["when"] == .text(when))
    }

    @Test("formats the calendar entry in each language")
    func calendar() throws {
        let (english, spanish) = (try appointment(), try appointment(in: .spanish))
        #expect(english.title == "Free introductory session at Downtown Strength")
        #expect(english.note == "20 minutes with Maria Lopez.\nReference: 9000-0000\nPhone: +1 213-555-0100")
        #expect(spanish.title == "Sesión de introducción gratuita en Downtown Strength")
        #expect(spanish.note == "20 minutos con Maria Lopez.\nReferencia: 9000-0000\nTeléfono: +1 213-555-0100")
    }

    @Test("lists the sessions of a digest by start time, each in its studio's time zone")
    func trainerDay() throws {
        let details = Details()
        var noted = details.session(atHour: 11)
        noted.notes = ["Bad knee", "Prefers {{name}} <b>"].map { ClientNote(at: details.now, author: "desk", text: $0) }
        let entries = [
            TrainerDayContext.Entry(session: noted),
            TrainerDayContext.Entry(
                session: details.session(), clientPhone: try details.phone("+13235550123"), isConfirmed: true),
            TrainerDayContext.Entry(
                session: Details(client: "Bo", studioName: "Denver", zone: "America/Denver").session(atHour: 10)),
        ]
        let day = TrainerDayContext(
            trainer: details.trainerName, home: details.studio, date: try LocalDate("2026-12-01"), entries: entries,
            now: details.now)
        let texts = try ReminderTemplates.library().renderMessage("trainer-digest", with: day.values)
        #expect(texts.subject == "Tomorrow: 3 sessions")
        #expect(
            texts.text == """
                Hi Maria,

                Tuesday, December 1: 3 sessions.

                9:00 AM, 20 minutes: Ana Lopez, confirmed
                Downtown Strength, reference 9000-0000, +1\u{A0}323-555-0123

                11:00 AM, 20 minutes: Bo
                Denver, reference A000-0000

                11:00 AM, 20 minutes: Ana Lopez
                Downtown Strength, reference B000-0000
                Note: Bad knee; Prefers {{name}} <b>

                Times are local to each studio (MST, PST).

                """)
        #expect(Set(day.values.keys) == Set(TrainerDayField.allCases.map(\.rawValue)))
    }
}
