import Foundation
import SeededRandom

/// A random cron entry with a direct implementation of the rules of crontab(5).
struct CronModel: Sendable {
    struct Field: Sendable {
        var text: String
        var values: Set<Int>
        var isWildcard: Bool { text.hasPrefix("*") }
    }

    let minute: Field
    let hour: Field
    let dayOfMonth: Field
    let month: Field
    let dayOfWeek: Field

    var text: String { [minute, hour, dayOfMonth, month, dayOfWeek].map(\.text).joined(separator: " ") }

    func holds(at wall: LocalMinutes.Shown) -> Bool {
        guard minute.values.contains(wall.minute), hour.values.contains(wall.hour), month.values.contains(wall.month)
        else { return false }
        let isDate = dayOfMonth.values.contains(wall.day)
        let isWeekday = dayOfWeek.values.contains(wall.weekday)
        if dayOfMonth.isWildcard || dayOfWeek.isWildcard { return isDate && isWeekday }
        return isDate || isWeekday
    }

    /// Returns the occurrences found by checking each minute, as a cron daemon does.
    func occurrences(on wall: LocalMinutes) -> [Date] {
        guard let first = wall.minutes.first else { return [] }
        if minute.isWildcard || hour.isWildcard {
            return wall.minutes.filter { holds(at: $0.shown) }.map(\.instant)
        }
        var seen = first.count - 1
        return wall.minutes.filter { minute in
            guard minute.count > seen else { return false }
            let missed = (seen + 1..<minute.count).contains { holds(at: LocalMinutes.shown(count: $0)) }
            seen = minute.count
            return missed || holds(at: minute.shown)
        }.map(\.instant)
    }
}

extension CronModel {
    /// Returns a random entry that occurs at some time.
    static func random(using generator: inout SeededGenerator) -> CronModel {
        let model = CronModel(
            minute: .random(in: 0...59, stars: 0.25, using: &generator),
            hour: .random(in: 0...23, stars: 0.35, using: &generator),
            dayOfMonth: .random(in: 1...31, stars: 0.6, using: &generator),
            month: .random(in: 1...12, stars: 0.7, names: months, using: &generator),
            dayOfWeek: .random(in: 0...7, stars: 0.6, names: weekdays, using: &generator))
        return model.comes ? model : random(using: &generator)
    }

    /// Returns a random entry that occurs once a day, or on Sundays only, at an hour of offset changes.
    static func nightly(using generator: inout SeededGenerator) -> CronModel {
        let minute = Int.random(in: 0...59, using: &generator)
        let hour = [22, 23, 0, 1, 2, 3].randomElement(using: &generator) ?? 0
        let isDaily = Bool.random(using: &generator)
        return CronModel(
            minute: Field(text: String(minute), values: [minute]), hour: Field(text: String(hour), values: [hour]),
            dayOfMonth: Field(text: "*", values: Set(1...31)), month: Field(text: "*", values: Set(1...12)),
            dayOfWeek: isDaily ? Field(text: "*", values: Set(0...6)) : Field(text: "sun", values: [0]))
    }

    private static let months = ["jan", "feb", "mar", "apr", "May", "Jun", "jul", "aug", "SEP", "oct", "nov", "dec"]
    private static let weekdays = ["sun", "mon", "Tue", "wed", "thu", "FRI", "sat"]

    private var comes: Bool {
        if !dayOfMonth.isWildcard, !dayOfWeek.isWildcard { return true }
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return month.values.contains { month in dayOfMonth.values.contains { $0 <= lengths[month - 1] } }
    }
}

extension CronModel.Field {
    static func random(
        in bounds: ClosedRange<Int>, stars: Double, names: [String] = [], using generator: inout SeededGenerator
    ) -> CronModel.Field {
        let isStar = Double.random(in: 0..<1, using: &generator) < stars
        let count = isStar ? 1 : Int.random(in: 1...3, using: &generator)
        let items = (0..<count).map { _ in item(in: bounds, isStar: isStar, names: names, using: &generator) }
        let values = items.flatMap(\.1).map { bounds == 0...7 ? $0 % 7 : $0 }
        return CronModel.Field(text: items.map(\.0).joined(separator: ","), values: Set(values))
    }

    private static func item(
        in bounds: ClosedRange<Int>, isStar: Bool, names: [String], using generator: inout SeededGenerator
    ) -> (String, [Int]) {
        let isStepped = Int.random(in: 0..<3, using: &generator) == 0
        let step = isStepped ? Int.random(in: 1...(bounds.count / 2), using: &generator) : 1
        let suffix = isStepped ? "/\(step)" : ""
        func every(_ range: ClosedRange<Int>) -> [Int] { range.filter { ($0 - range.lowerBound) % step == 0 } }
        func name(_ value: Int, using generator: inout SeededGenerator) -> String {
            let index = value - bounds.lowerBound
            return names.indices.contains(index) && Bool.random(using: &generator) ? names[index] : String(value)
        }

        if isStar { return ("*\(suffix)", every(bounds)) }
        let first = Int.random(in: bounds, using: &generator)
        let firstName = name(first, using: &generator)
        if Bool.random(using: &generator) {
            return (firstName + suffix, isStepped ? every(first...bounds.upperBound) : [first])
        }
        let last = Int.random(in: first...bounds.upperBound, using: &generator)
        return ("\(firstName)-\(name(last, using: &generator))\(suffix)", every(first...last))
    }
}
