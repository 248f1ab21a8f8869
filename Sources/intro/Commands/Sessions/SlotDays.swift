import Booking
import FoundationEssentials

/// Free slots on a terminal: a line for each day and group of trainers, `Thu Dec 3   5:00  5:30  6:00   Maria, Aiko`.
struct SlotDays {
    /// The starts of one day with the same trainers, in one half of the day.
    private struct Line {
        let studio: Session.Place
        let date: LocalDate
        let half: String
        let trainers: String
        var starts: [LocalTime]
    }

    private let lines: [Line]
    private let namesStudios: Bool
    private let times: TimeFormat
    private let showsAMPM: Bool

    /// Creates the lines.
    ///
    /// - Parameters:
    ///   - slots: The slots, by start.
    ///   - namesStudios: Whether each studio is named above its slots.
    ///   - times: The form of times.
    ///   - showsAMPM: Whether AM and PM are shown on a 12-hour clock.
    init(_ slots: [Slot], namesStudios: Bool, times: TimeFormat, showsAMPM: Bool) {
        self.namesStudios = namesStudios
        self.times = times
        self.showsAMPM = showsAMPM
        let names = Self.names(of: slots)
        var lines: [Line] = []
        let groups = Dictionary(grouping: slots, by: \.studio.id).values.sorted {
            $0[0].studio.name < $1[0].studio.name
        }
        for (studio, slots) in groups.map({ ($0[0].studio, $0) }) {
            for (start, slots) in Dictionary(grouping: slots, by: \.startsAt).sorted(by: { $0.key < $1.key }) {
                let (date, time) = (studio.clock.date(of: start), studio.clock.time(of: start))
                let half = times.hourCycle(of: studio.clock) == .twelve ? time.half : ""
                let trainers = slots.compactMap { names[$0.trainer.id] }.joined(separator: ", ")
                if let last = lines.last, last.studio.id == studio.id, last.date == date, last.half == half,
                    last.trainers == trainers
                {
                    lines[lines.count - 1].starts.append(time)
                } else {
                    lines.append(Line(studio: studio, date: date, half: half, trainers: trainers, starts: [time]))
                }
            }
        }
        self.lines = lines
    }

    /// Returns the first names of trainers; the whole names of those who share one.
    private static func names(of slots: [Slot]) -> [Trainer.ID: String] {
        let trainers = Dictionary(slots.map { ($0.trainer.id, $0.trainer.name) }) { first, _ in first }
        func firstName(_ name: String) -> String { String(name.split(separator: " ").first ?? "") }
        let firstNames = Dictionary(grouping: trainers.values, by: firstName)
        return trainers.mapValues { firstNames[firstName($0)]?.count == 1 ? firstName($0) : $0 }
    }

    /// Returns the text, with lines of at most a width.
    func text(width: Int, colored: Bool) -> String {
        let dates = lines.map { displayWidth(times.text($0.date, on: $0.studio.clock)) }.max() ?? 0
        var text: [String] = []
        var previous: Line?
        for line in lines {
            if namesStudios, previous?.studio.id != line.studio.id {
                text += (text.isEmpty ? [] : [""]) + [Style.bold(line.studio.name.visible, when: colored)]
            }
            let isSameDay = previous?.studio.id == line.studio.id && previous?.date == line.date
            let date = isSameDay ? "" : times.text(line.date, on: line.studio.clock)
            text += rows(line, date: date.padded(to: dates), width: width)
            previous = line
        }
        return text.joined(separator: "\n")
    }

    private func rows(_ line: Line, date: String, width: Int) -> [String] {
        let hours = times.hourCycle(of: line.studio.clock)
        let cells = line.starts.map { start in
            let text = start.text(in: hours)
            return String(repeating: " ", count: max(0, 5 - text.count)) + text
        }
        let half = showsAMPM && !line.half.isEmpty ? " \(line.half)" : ""
        let trainers = line.trainers.visible
        let separator = hours == .twelve ? " " : "  "
        let room = width - displayWidth(date) - 2 - displayWidth(half) - 3 - min(displayWidth(trainers), width / 3)
        let perRow = max(1, (room + separator.count) / (5 + separator.count))
        let starts = stride(from: 0, to: cells.count, by: perRow).map { first in
            cells[first..<min(first + perRow, cells.count)].joined(separator: separator)
        }
        return starts.enumerated().map { index, starts in
            let isLast = (index + 1) * perRow >= cells.count
            let beginning = index == 0 ? date : String(repeating: " ", count: displayWidth(date))
            let row = "\(beginning)  \(starts)" + (isLast ? "\(half)   \(trainers)" : "")
            return row.truncated(to: width)
        }
    }
}
