public import Booking
import BookingStore
public import FoundationEssentials
import Messaging

/// Changes of sessions that one message announces to a trainer.
public struct TrainerChanges: Sendable {
    /// A change of one session, which is a row of the ledger.
    public struct Change: Sendable {
        /// The kind of a change, for the trainer.
        public enum Kind: Sendable {
            /// The session is new to the trainer.
            case booked
            /// The session has moved to another time or studio.
            case moved
            /// The session is cancelled.
            case cancelled
            /// The session has another trainer now.
            case reassigned
        }

        /// The ledger row.
        public let row: ClaimedMessage.Row
        /// The current state of the session.
        public internal(set) var session: Session
        /// The start that the trainer knows; `nil` for a session that is new to the trainer.
        public let formerStart: Date?

        /// Creates a change.
        public init(row: ClaimedMessage.Row, session: Session, formerStart: Date?) {
            self.row = row
            self.session = session
            self.formerStart = formerStart
        }
    }

    /// The trainer to whom the changes are announced.
    public let trainer: Session.TrainerName
    /// The changes, in the order in which they were made.
    public internal(set) var changes: [Change]

    /// Creates changes.
    public init(trainer: Session.TrainerName, changes: [Change]) {
        self.trainer = trainer
        self.changes = changes
    }

    /// Returns the kind of a change for the trainer.
    func kind(_ change: Change) -> Change.Kind {
        if change.session.status == .cancelled { return .cancelled }
        if change.session.trainer.id != trainer.id { return .reassigned }
        return change.formerStart == nil ? .booked : .moved
    }
}

/// The template fields of messages that announce changes to a trainer.
///
/// The fields of ``TrainerChangeField`` are also available outside the list: those of the first change.
public enum TrainerChangesField: String, Sendable, CaseIterable {
    /// The trainer's name.
    case trainer
    /// The first word of the trainer's name, for greetings.
    case trainerFirstName
    /// The number of changes as text: `3 changes`.
    case total
    /// Shows a section if there is more than one change.
    case several
    /// Repeats a section for each change; the section uses the fields of ``TrainerChangeField``.
    case changes
}

/// The template fields of one change.
public enum TrainerChangeField: String, Sendable, CaseIterable {
    /// Shows a section if the session is new to the trainer.
    case booked
    /// Shows a section if the session has moved.
    case moved
    /// Shows a section if the session is cancelled.
    case cancelled
    /// Shows a section if the session has another trainer now.
    case reassigned
    /// The client's full name.
    case client
    /// The first word of the client's name.
    case firstName
    /// The client's phone, formatted; may be absent.
    case clientPhone
    /// The client's phone for a link; may be absent.
    case clientPhoneNumber
    /// The date within a sentence: `Tuesday, December 1`; of a cancelled session, the date that the trainer knows.
    case day
    /// The date relative to the day of sending: `tomorrow`.
    case when
    /// The relative date at the start of a line: `Tomorrow`.
    case whenTitle
    /// The time: `9:00 AM`.
    case time
    /// The time within a sentence: `at 9:00 AM`.
    case at
    /// The abbreviation of the studio's time zone: `PST`.
    case zone
    /// The date before a move within a sentence; may be absent.
    case formerDay
    /// The time before a move within a sentence: `at 9:00 AM`; may be absent.
    case formerAt
    /// The duration in minutes: `20`.
    case minutes
    /// The studio's name.
    case studio
    /// The reference that the client gives on the phone: `K7Q2-9FXM`.
    case reference
    /// The notes about the client; may be absent.
    case notes
}

/// The source of the values of a message that announces changes to a trainer.
struct TrainerChangesContext {
    let changes: TrainerChanges
    /// The time of sending, which determines the meaning of "tomorrow".
    let now: Date
    let language: Language
    /// Formats a client's phone.
    let phone: (PhoneNumber) -> PhoneFormatter.Phone

    /// The values of the fields.
    var values: [String: TemplateValue] {
        let entries = changes.changes.map { values(of: $0) }
        let own = TrainerChangesField.values { field -> TemplateValue in
            switch field {
            case .trainer: .text(changes.trainer.name)
            case .trainerFirstName: .text(changes.trainer.firstName)
            case .total: .text(language.wording.changes(entries.count))
            case .several: .flag(entries.count > 1)
            case .changes: .list(entries)
            }
        }
        return own.merging(entries.first ?? [:]) { own, _ in own }
    }

    private func values(of change: TrainerChanges.Change) -> [String: TemplateValue] {
        let (session, wording, kind) = (change.session, language.wording, changes.kind(change))
        let clock = session.studio.clock
        let isGone = kind == .cancelled || kind == .reassigned
        let start = isGone ? change.formerStart ?? session.startsAt : session.startsAt
        let (date, time) = (clock.date(of: start), clock.time(of: start))
        let when = wording.when(date, from: clock.date(of: now))
        let former = kind == .moved ? change.formerStart : nil
        let number = session.client.phone.map(phone)
        return TrainerChangeField.values { field in
            switch field {
            case .booked: .flag(kind == .booked)
            case .moved: .flag(kind == .moved)
            case .cancelled: .flag(kind == .cancelled)
            case .reassigned: .flag(kind == .reassigned)
            case .client: .text(session.client.name)
            case .firstName: .text(session.client.firstName)
            case .clientPhone: .optional(number?.nonBreakingText)
            case .clientPhoneNumber: .optional(number?.number.e164)
            case .day: .text(wording.day(date))
            case .when: .text(when)
            case .whenTitle: .text(when.sentenceCased)
            case .time: .text(wording.time(time, in: clock.hourCycle))
            case .at: .text(wording.atTime(time, in: clock.hourCycle))
            case .zone: .text(session.zone)
            case .formerDay: .optional(former.map { wording.day(clock.date(of: $0)) })
            case .formerAt: .optional(former.map { wording.atTime(clock.time(of: $0), in: clock.hourCycle) })
            case .minutes: .text(session.minutes)
            case .studio: .text(session.studio.name)
            case .reference: .text(session.reference.description)
            case .notes: .optional(session.notes.isEmpty ? nil : session.notes.map(\.text).joined(separator: "; "))
            }
        }
    }
}

extension TrainerChanges {
    /// Creates the changes of a rule's preview: one, of a given session.
    init(sampleOf rule: ReminderRule, _ session: Session) {
        let former: Date? =
            switch rule.anchor {
            case .trainerMoved: session.startsAt - 3600
            case .trainerCancelled: session.startsAt
            default: nil
            }
        self.init(
            trainer: session.trainer,
            changes: [
                Change(
                    row: ClaimedMessage.Row(id: 0, rule: rule.key.text, revision: session.revision), session: session,
                    formerStart: former)
            ])
    }
}

extension TrainerChangeField {
    /// Returns a sample value of each field.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let about = SessionField.samples(language)
        return values { field in
            switch field {
            case .booked: true
            case .moved, .cancelled, .reassigned: false
            case .notes: "Prefers mornings; knee surgery in May"
            case .formerDay: about[SessionField.day.rawValue, default: ""]
            case .formerAt: about[SessionField.at.rawValue, default: ""]
            default: about[field.rawValue, default: ""]
            }
        }
    }
}

extension TrainerChangesField {
    /// Returns a sample value of each field: one change, as usual.
    static func samples(_ language: Language) -> [String: TemplateValue] {
        let entry = TrainerChangeField.samples(language)
        return values { field -> TemplateValue in
            switch field {
            case .trainer: SessionField.samples(language)[field.rawValue, default: ""]
            case .trainerFirstName: SessionField.samples(language)[SessionField.firstName.rawValue, default: ""]
            case .total: .text(language.wording.changes(2))
            case .several: false
            case .changes: .list([entry])
            }
        }.merging(entry) { own, _ in own }
    }
}
