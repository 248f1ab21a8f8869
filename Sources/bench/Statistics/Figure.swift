import FoundationEssentials

/// One measured number beside what it is held against.
struct Figure: Sendable, Encodable {
    /// What was measured.
    let name: String
    /// Of the values, such as `tps` or `ms`.
    let unit: String
    /// The median of the runs.
    let value: Double
    /// The least of the runs.
    let min: Double
    /// The greatest of the runs.
    let max: Double
    /// The limit's median in the same runs, where there is a limit.
    var limit: Double?
    /// How value and limit compare, as the goal counts it.
    var ratio: Double?
    /// What should hold.
    let goal: String
    /// Whether it does; `nil` where a number is only stated.
    let met: Bool?

    /// What should hold of a number.
    enum Goal: Sendable, CustomStringConvertible {
        /// It is at least this.
        case atLeast(Double)
        /// It is at most this.
        case atMost(Double)
        /// It is stated, and not judged.
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

    /// A number that is judged by itself.
    init(_ name: String, _ runs: [Double], unit: String, goal: Goal) {
        self.name = name
        self.unit = unit
        value = median(runs)
        min = runs.min() ?? 0
        max = runs.max() ?? 0
        self.goal = goal.description
        met = goal.isMet(by: value)
    }

    /// A number that is judged against a limit measured beside it.
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

/// A number with as many digits as tell something.
func compactNumber(_ number: Double) -> String {
    let size = abs(number)
    if size >= 100 || number == number.rounded() { return String(Int(number.rounded())) }
    let scale: Double = size >= 10 ? 10 : size >= 0.1 ? 100 : 1000
    return String((number * scale).rounded() / scale)
}

/// Figures as people and as programs read them.
struct FigureTable {
    private let figures: [Figure]

    init(_ figures: [Figure]) {
        self.figures = figures
    }

    /// One line for each figure, with the range of its runs.
    var text: String {
        let header = ["FIGURE", "VALUE", "MIN - MAX", "UNIT", "LIMIT", "RATIO", "GOAL", "MET"]
        let rows = [header] + figures.map(Self.cells)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// The figures under one key: `{"figures": [{"name", "value", "limit", "ratio", "goal", "met", …}]}`.
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
