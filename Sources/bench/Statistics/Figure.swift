import FoundationEssentials

/// A measured number and what it is compared with.
struct Figure: Sendable, Encodable {
    /// The name of the measurement.
    let name: String
    /// The unit of the values, such as `tps` or `ms`.
    let unit: String
    /// The median of the runs.
    let value: Double
    /// The minimum of the runs.
    let min: Double
    /// The maximum of the runs.
    let max: Double
    /// The limit's median in the same runs, if there is a limit.
    var limit: Double?
    /// The ratio of value and limit, as the goal compares them.
    var ratio: Double?
    /// The text form of the goal.
    let goal: String
    /// Whether the goal is met; `nil` for a number without a goal.
    let met: Bool?

    /// A goal for a number.
    enum Goal: Sendable, CustomStringConvertible {
        /// The number must be at least this.
        case atLeast(Double)
        /// The number must be at most this.
        case atMost(Double)
        /// The number is reported without a goal.
        case stated

        var description: String {
            switch self {
            case .atLeast(let bound): ">= \(compactNumber(bound))"
            case .atMost(let bound): "<= \(compactNumber(bound))"
            case .stated: "-"
            }
        }

        func isMet(by number: Double) -> Bool? {
            switch self {
            case .atLeast(let bound): number >= bound
            case .atMost(let bound): number <= bound
            case .stated: nil
            }
        }
    }

    /// Creates a figure whose goal applies to the value itself.
    init(_ name: String, _ runs: [Double], unit: String, goal: Goal) {
        self.name = name
        self.unit = unit
        value = median(runs)
        min = runs.min() ?? 0
        max = runs.max() ?? 0
        self.goal = goal.description
        met = goal.isMet(by: value)
    }

    /// Creates a figure whose goal applies to the ratio of value and limit.
    init(_ name: String, _ runs: PairedRuns, unit: String, goal: Goal) {
        let values = runs.pairs.map(\.value)
        self.name = name
        self.unit = unit
        value = median(values)
        min = values.min() ?? 0
        max = values.max() ?? 0
        limit = median(runs.pairs.map(\.limit))
        let ratio = runs.ratio
        self.ratio = ratio
        self.goal = goal.description
        met = goal.isMet(by: ratio)
    }
}

/// Returns a number as text, rounded to at most three decimals depending on its size.
func compactNumber(_ number: Double) -> String {
    let size = abs(number)
    if size >= 100 || number == number.rounded() { return String(Int(number.rounded())) }
    let scale: Double = size >= 10 ? 10 : size >= 0.1 ? 100 : 1000
    return String((number * scale).rounded() / scale)
}

/// The output of figures for people and for programs.
struct FigureTable {
    private let figures: [Figure]

    init(_ figures: [Figure]) {
        self.figures = figures
    }

    /// A table with one line per figure, including the range of its runs.
    var text: String {
        let header = ["FIGURE", "VALUE", "MIN - MAX", "UNIT", "LIMIT", "RATIO", "GOAL", "MET"]
        let rows = [header] + figures.map(Self.cells)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Returns the figures as JSON: `{"figures": [{"name", "value", "limit", "ratio", "goal", "met", …}]}`.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(["figures": figures])
    }

    private static func cells(_ figure: Figure) -> [String] {
        [
            figure.name, compactNumber(figure.value), "\(compactNumber(figure.min)) - \(compactNumber(figure.max))",
            figure.unit,
            figure.limit.map(compactNumber) ?? "", figure.ratio.map(compactNumber) ?? "", figure.goal,
            figure.met.map { $0 ? "yes" : "NO" } ?? "",
        ]
    }
}
