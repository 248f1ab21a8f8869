import Booking
import BookingStore
import FoundationEssentials
import Messaging

/// What a message may speak of, whatever it is sent as.
struct TemplateContext: Sendable {
    private let current: @Sendable () -> TemplateLibrary
    private let phones = WrittenPhones()

    /// Takes the templates from where they are read again when they change.
    init(templates current: @escaping @Sendable () -> TemplateLibrary) {
        self.current = current
    }

    var templates: TemplateLibrary { current() }

    /// The language in which a message is written: the client's, where there are words in it.
    func language(of claimed: ClaimedMessage, as form: TemplateForm) -> Language {
        Language(
            ofTemplates: templates.language(
                of: claimed.template, as: form, preferring: claimed.language.ofTemplates))
    }

    /// The values of a message.
    func values(of claimed: ClaimedMessage, in language: Language, at now: Date) -> [String: TemplateValue] {
        switch claimed.subject {
        case .session(let session): appointment(session, claimed, in: language, at: now).values
        case .day(let day):
            TrainerDay(
                trainer: day.trainer.name, home: day.studio, date: day.date,
                entries: day.sessions.map { session in
                    TrainerDay.Entry(
                        session: session, clientPhone: session.client.phone.map { phones.phone($0) },
                        isConfirmed: session.confirmedAt != nil)
                }, now: now, language: language
            ).values
        }
    }

    /// A session in words; staff are told the client's phone as well.
    func appointment(
        _ session: Session, _ claimed: ClaimedMessage, in language: Language, at now: Date
    ) -> Appointment {
        Appointment(
            session: session, address: claimed.desk.address, phone: claimed.desk.phone.map { phones.phone($0) },
            now: now, language: language,
            clientPhone: claimed.audience == .client ? nil : session.client.phone.map { phones.phone($0) })
    }
}
