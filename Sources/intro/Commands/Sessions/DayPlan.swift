import Booking
import FoundationEssentials

/// The text of days: the notes of each day, and its sessions.
///
/// Lines fit into the width of the layout; headings may be longer.
struct DayView {
    /// The form of the lines.
    struct Layout {
        /// The form of times.
        let times: TimeFormat
        /// The width in terminal columns.
        let width: Int

        /// Returns the form for a console.
        init(_ console: Console) {
            times = console.times
            // A narrower line has no space for a name.
            width = max(40, console.textWidth)
        }
    }

    /// One day.
    struct Day {
        let date: LocalDate
        /// The working hours, time off and closures.
        var notes: [String] = []
        let sessions: [Session]
    }

    let heading: String
    let days: [Day]
    /// The default studio, which lines do not name.
    let studio: Session.Place
    var namesTrainers = false
    /// The form of the lines.
    let layout: Layout

    private var times: TimeFormat { layout.times }
    /// The width of a session's status, reference and the gaps between its columns.
    private static let fixedWidth = 26

    /// Returns the days as lines.
    func text(colored: Bool) -> String {
        let hours = days.flatMap(\.sessions).map { displayWidth(self.hours($0)) }.max() ?? 0
        let names = days.flatMap(\.sessions).map { displayWidth(name($0, besideHours: hours)) }.max() ?? 0
        var lines = [Style.bold(heading.visible, when: colored)]
        for day in days {
            lines.append("")
            lines.append(Style.bold(times.text(day.date, on: studio.clock), when: colored))
            lines += day.notes.map { Style.dim("  \($0)", when: colored) }
            lines += day.sessions.flatMap { self.lines($0, on: day.date, widths: (hours, names), colored: colored) }
        }
        return lines.joined(separator: "\n")
    }

    /// Returns the name of a session, cut to the width that is left beside its hours.
    private func name(_ session: Session, besideHours hours: Int) -> String {
        (namesTrainers ? "\(session.trainer.name): \(session.client.name)" : session.client.name).visible
            .truncated(to: max(1, layout.width - Self.fixedWidth - hours))
    }

    /// Returns the hours of a session, with the minutes of all starts below each other.
    private func hours(_ session: Session) -> String {
        let clock = session.studio.clock
        let (start, end) = (clock.time(of: session.startsAt), clock.time(of: session.endsAt))
        let hours =
            start <= end
            ? times.text(start...end, on: clock) : "\(times.text(start, on: clock))-\(times.text(end, on: clock))"
        return start.text(in: times.hourCycle(of: clock)).count < 5 ? " " + hours : hours
    }

    private func lines(
        _ session: Session, on date: LocalDate, widths: (hours: Int, names: Int), colored: Bool
    ) -> [String] {
        let indent = widths.hours + 2
        let start =
            "  \(hours(session).padded(to: widths.hours))  \(name(session, besideHours: widths.hours).padded(to: widths.names))  "
        let (status, end) = (session.status.words, "  \(session.reference)")
        var width = displayWidth(start + status.padded(to: 9) + end)
        var line = start + Style.status(status, of: status, when: colored) + "".padded(to: 9 - status.count) + end
        var lines: [String] = []
        for (remark, isWarning) in remarks(session, on: date) {
            if width + 2 + displayWidth(remark) > layout.width {
                lines.append(line)
                (line, width) = (String(repeating: " ", count: indent), indent)
            }
            let shown = remark.truncated(to: layout.width - width - 2)
            line += "  " + (isWarning ? Style.red(shown, when: colored) : shown)
            width += 2 + displayWidth(shown)
        }
        return lines + [line]
    }

    /// Returns the remarks on a session: why it cannot take place, its location, and an earlier day of its beginning.
    private func remarks(_ session: Session, on date: LocalDate) -> [(text: String, isWarning: Bool)] {
        var remarks: [(text: String, isWarning: Bool)] = []
        if let obstacle = session.affected { remarks.append(("! \(obstacle.words)", true)) }
        if session.confirmedAt != nil, session.status == .booked { remarks.append(("confirmed", false)) }
        if let phone = session.client.phone { remarks.append((phone.display, false)) }
        let place = studio.locationText(session.studio, at: session.startsAt)
        if !place.isEmpty { remarks.append((place, false)) }
        let first = session.dates.lowerBound
        if let notes = session.notesText { remarks.append(("note: \(notes.visible)", false)) }
        if first < date { remarks.append(("began \(first.weekday.title.prefix(3))", false)) }
        return remarks
    }
}

extension Session.Obstacle {
    /// The text of the obstacle.
    var words: String {
        switch self {
        case .away: "trainer away"
        case .closed: "studio closed"
        case .outsideHours: "outside working hours"
        case .trainerRetired: "trainer retired"
        }
    }
}

extension Session.Place {
    /// Returns the location of another studio, with its time zone if it differs: `EST at Iron Brooklyn`; empty for this
    /// studio.
    fileprivate func locationText(_ other: Session.Place, at instant: Date) -> String {
        guard other.id != id else { return "" }
        let zone = other.clock == clock ? "" : "\(other.clock.abbreviation(instant)) "
        return "\(zone)at \(other.name.visible)"
    }

    /// Returns periods of one day in this studio's time zone: `07:00-12:00, 13:00-19:00`; the day ends at 24:00.
    fileprivate func hours(_ spans: [Range<Date>], on date: LocalDate, _ times: TimeFormat) -> String {
        let end = clock.day(date).upperBound
        return spans.map { span in
            let from = clock.time(of: span.lowerBound)
            let until = span.upperBound == end ? LocalTime.endOfDay : clock.time(of: span.upperBound)
            // A period during which the clock goes back may end before it begins.
            return from <= until
                ? times.text(from...until, on: clock) : "\(times.text(from, on: clock))-\(times.text(until, on: clock))"
        }.joined(separator: ", ")
    }

    /// Returns the text of an obstacle on a day: `away: Honeymoon`, `closed 12:00-14:00: Inspection`.
    fileprivate func text(
        _ word: String, _ obstacle: DayObstacle, on date: LocalDate, _ times: TimeFormat
    ) -> String {
        let hours = obstacle.during.map { " \(self.hours([$0], on: date, times))" } ?? ""
        return word + hours + (obstacle.reason.map { ": \($0.visible)" } ?? "")
    }
}

extension DayView.Day {
    /// The most periods of the peak of stations that are named.
    private static let mostPeaks = 4

    private static func wrapped(_ note: String, _ layout: DayView.Layout, indent: Int = 2) -> [String] {
        note.wrapped(to: layout.width - 2, indent: indent)
    }

    /// Returns cells after a label, in lines that are broken between cells.
    private static func lines(_ label: String, _ cells: [String], _ layout: DayView.Layout) -> [String] {
        var lines: [String] = []
        var line = label
        for cell in cells {
            if displayWidth(line) + 2 + displayWidth(cell) > layout.width - 2 {
                lines.append(line)
                line = String(repeating: " ", count: displayWidth(label))
            }
            line += "  " + cell
        }
        return lines + [line]
    }

    /// Creates a day of a trainer's schedule.
    ///
    /// - Parameters:
    ///   - day: The day.
    ///   - calendar: The same day, by studio, with the open slots.
    ///   - home: The trainer's home studio, which is not named.
    ///   - listsOpen: Whether the starts of the open slots are listed.
    ///   - layout: The form of the lines.
    init(
        _ day: TrainerDay, _ calendar: [CalendarDay], home: Session.Place, listsOpen: Bool, layout: DayView.Layout
    ) {
        let times = layout.times
        var notes = day.retiredSince.map { ["retired since \(times.text($0, on: home.clock))"] } ?? []
        notes += day.closures.map { closed in
            let place = home.locationText(closed.studio, at: closed.studio.clock.startOfDay(day.date))
            return closed.studio.text("closed", closed.obstacle, on: day.date, times)
                + (place.isEmpty ? "" : " (\(place))")
        }
        notes += day.absences.map { home.text("away", $0, on: day.date, times) }
        if day.isOff { notes.append("off") }
        notes += day.availableHours.map { work in
            let place = home.locationText(work.studio, at: work.spans[0].lowerBound)
            let starts = calendar.first { $0.studio.id == work.studio.id }?.openStarts ?? []
            let hours =
                work.studio.hours(work.spans, on: day.date, times) + (place.isEmpty ? "" : " \(place)")
                + (starts.isEmpty ? "" : "; \(starts.count) open")
            return day.sessions.isEmpty ? "no sessions (\(hours))" : "works \(hours)"
        }
        notes = notes.flatMap { Self.wrapped($0, layout) }
        for day in calendar where listsOpen && !day.openStarts.isEmpty {
            notes += Self.lines("open", times.list(day.openStarts, on: day.studio.clock), layout)
        }
        self.init(date: day.date, notes: notes, sessions: day.sessions)
    }

    /// Creates a day of a studio's agenda.
    ///
    /// - Parameters:
    ///   - day: The day.
    ///   - studio: The studio.
    ///   - stations: The number of its stations.
    ///   - layout: The form of the lines.
    init(_ day: StudioDay, studio: Session.Place, stations: Int, layout: DayView.Layout) {
        let times = layout.times
        var notes = day.closures.flatMap { Self.wrapped(studio.text("closed", $0, on: day.date, times), layout) }
        let names = day.workers.map { $0.trainer.name.visible.truncated(to: 30) }
        let width = names.map { displayWidth($0) }.max() ?? 0
        for (worker, name) in zip(day.workers, names) {
            let hours = worker.spans.isEmpty ? [] : [studio.hours(worker.spans, on: day.date, times)]
            let parts = hours + worker.absences.map { studio.text("away", $0, on: day.date, times) }
            let text = parts.isEmpty ? "closed" : parts.joined(separator: "; ")
            notes += Self.wrapped("\(name.padded(to: width))  \(text)", layout, indent: width + 2)
        }
        if day.hasNoTrainer { notes.append("no trainers working") }
        if day.sessions.isEmpty, !day.isClosed { notes.append("no sessions") }
        if let peak = day.stationPeak {
            let shown = peak.during.count > Self.mostPeaks ? Array(peak.during.prefix(Self.mostPeaks - 1)) : peak.during
            let rest = peak.during.count - shown.count
            let others = rest > 0 ? " and \(counted(rest, "more time"))" : ""
            let hours = studio.hours(shown, on: day.date, times) + others
            notes += Self.wrapped("\(peak.count) of \(counted(stations, "station")) in use \(hours)", layout)
        }
        self.init(date: day.date, notes: notes, sessions: day.sessions)
    }

    /// Returns the days on which sessions begin, each with its sessions.
    ///
    /// - Parameter sessions: Sessions of one studio.
    /// - Returns: The days, in order.
    static func days(of sessions: [Session]) -> [DayView.Day] {
        Dictionary(grouping: sessions) { $0.dates.lowerBound }
            .map { DayView.Day(date: $0, sessions: $1) }.sorted { $0.date < $1.date }
    }
}
