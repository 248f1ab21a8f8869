import Booking
import BookingStore
import FoundationEssentials

/// The text of events for people: names instead of columns and numbers, times on the studio's clock.
struct EventText {
    /// The studios, whose clocks apply to their events.
    let studios: [Studio]
    let trainers: [Trainer]
    /// The clock of events that belong to no studio.
    let clock: StudioClock
    let console: Console

    /// Returns an event as lines: the change, and the changed fields below it.
    func text(_ event: Event) -> String {
        let record = EventRecord(event)
        let place = place(of: record.row)
        let values = EventValueText(
            clock: place?.clock ?? clock, times: console.times, studios: studios, trainers: trainers)
        let head = [
            console.times.text(event.at, on: values.clock), event.actor,
            "\(Self.name(of: event.object)) \(event.action.words)", record.reference ?? "#\(event.objectID)",
            event.reason.map { "(\($0))" },
        ]
        let fields = record.changes.filter { !Self.internalFields.contains($0.key) }.map { field, change in
            (Self.name(of: field), change.map { values.text($0, of: field) })
        }
        let lines = fields.sorted { $0.0 < $1.0 }.map { name, change in
            switch event.action {
            case .update: "\(name): \(change[0]) -> \(change[1])"
            case .insert: "\(name): \(change[1])"
            case .delete: "\(name): \(change[0])"
            }
        }
        let first = Style.bold(head.compactMap(\.self).joined(separator: "  ").visible, when: console.isColored)
        return ([first] + lines.map { "  \($0.visible)" }).joined(separator: "\n")
    }

    /// Returns the studio of the changed row, or the home studio of its trainer; `nil` for another row.
    private func place(of fields: [String: JSONValue]) -> Studio? {
        if case .integer(let id) = fields["studio_id"] { return studios.first { Int($0.id.value) == id } }
        guard case .integer(let id) = fields["trainer_id"],
            let trainer = trainers.first(where: { Int($0.id.value) == id })
        else { return nil }
        return studios.first { $0.handle == trainer.homeStudio }
    }

    /// Returns the readable name of a table or a column.
    private static func name(of column: String) -> String { names[column] ?? column.replacing("_", with: " ") }

    /// The readable names of columns whose own names would be misunderstood.
    private static let names = [
        "arranged_at": "scheduled", "booked_at": "booked", "cancelled_by": "cancelled by", "client_id": "client",
        "confirmed_at": "confirmed", "created_at": "added", "done_at": "done", "due_at": "due", "during": "period",
        "ends_at": "end", "expires_at": "expires", "forgotten_at": "erased", "held_at": "held",
        "home_studio_id": "home studio", "lag_days": "offset in days", "lag_minutes": "offset in minutes",
        "message_id": "message", "retired_at": "retired", "sent_at": "sent",
        "session_id": "session", "slug": "id", "starts_at": "start", "studio_id": "studio", "trainer_id": "trainer",
        "valid_from": "first day", "valid_until": "last day", "waived": "override",
    ]

    /// The columns that repeat others, or are of use for programs only.
    private static let internalFields: Set<String> = [
        "id", "email_key", "named_contacts", "occupied", "phone_key", "reference", "request_id", "search_key",
        "season_id", "shares_mailbox",
    ]
}

extension Event.Action {
    /// The change, in a form that follows the object.
    fileprivate var words: String {
        switch self {
        case .insert: "added"
        case .update: "changed"
        case .delete: "removed"
        }
    }
}

/// The text of recorded values for people.
struct EventValueText {
    let clock: StudioClock
    let times: TimeFormat
    let studios: [Studio]
    let trainers: [Trainer]

    /// Returns a value of a column: times on the clock, handles instead of keys, and text without quotes.
    func text(_ value: JSONValue, of column: String) -> String {
        switch (value, column) {
        case (.null, _): return "-"
        case (.boolean(let boolean), _): return boolean ? "yes" : "no"
        case (.integer(let id), "trainer_id"):
            return trainers.first { Int($0.id.value) == id }?.handle.text ?? "\(id)"
        case (.integer(let id), "studio_id"), (.integer(let id), "home_studio_id"):
            return studios.first { Int($0.id.value) == id }?.handle.text ?? "\(id)"
        case (.integer(let id), "client_id"): return "#\(id)"
        case (.integer(let day), "weekday"): return Weekday(rawValue: day)?.title ?? "\(day)"
        case (.string(let text), "valid_from"), (.string(let text), "valid_until"), (.string(let text), "day"):
            return (try? LocalDate(text)).map { times.text($0, on: clock) } ?? "none"
        case (.string(let text), "opens"), (.string(let text), "closes"), (.string(let text), "at_time"):
            return (try? LocalTime(String(text.prefix(5)))).map { times.text($0, on: clock) } ?? text
        case (.string(let text), "during"): return period(text) ?? text
        case (.string(let text), _): return Self.instant(text).map { times.text($0, on: clock) } ?? text
        case (.array([]), _): return "none"
        case (.array(let values), _): return values.map { self.text($0, of: column) }.joined(separator: ", ")
        default: return (try? jsonText(value)) ?? ""
        }
    }

    /// Returns the text of a stored range of times: `["2026-12-24 08:00:00+00","2026-12-25 08:00:00+00")`.
    private func period(_ text: String) -> String? {
        let ends = text.split(separator: ",", omittingEmptySubsequences: false).map { end in
            Self.instant(end.filter { !"[]()\"".contains($0) }.replacing(" ", with: "T"))
        }
        guard ends.count == 2, let from = ends[0], let until = ends[1] else { return nil }
        return Period(from: from, until: until, clock: clock).text(in: times)
    }

    /// Returns the instant of a stored time, with or without a fraction of a second; `nil` for another text.
    private static func instant(_ text: String) -> Date? {
        // In ranges, PostgreSQL writes whole hours of the offset without minutes.
        let isShort = text.dropLast(3).last != ":" && text.suffix(3).first.map { "+-".contains($0) } == true
        let text = isShort && text.contains("T") ? text + ":00" : text
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? whole.parse(text)) ?? (try? fractional.parse(text))
    }
}
