import FoundationEssentials

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
            figure.name, shortest(figure.value), "\(shortest(figure.min)) - \(shortest(figure.max))", figure.unit,
            figure.limit.map(shortest) ?? "", figure.ratio.map(shortest) ?? "", figure.goal,
            figure.met.map { $0 ? "yes" : "NO" } ?? "",
        ]
    }
}
