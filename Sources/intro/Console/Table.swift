/// A text table with aligned columns.
///
/// Cells may contain text from outside: their control characters are made visible.
struct Table {
    /// One column: its title, its alignment, and whether it may be cut.
    struct Column {
        /// The alignment of the cells.
        enum Alignment {
            case left
            case right
        }

        /// The kind of the cells, which decides what is cut first if the lines do not fit.
        enum Content {
            /// Free text, such as a subject, which is cut first.
            case note
            /// Names and other text, which are cut next.
            case text
            /// Handles, numbers, statuses and codes, which are cut last.
            case code
            /// Times, references and phone numbers, which are never cut.
            case exact
        }

        let title: String
        let alignment: Alignment
        let content: Content
        /// The order in which optional columns are left out if the lines do not fit; `nil` for the other columns.
        private(set) var omission: Int?

        init(_ title: String, _ alignment: Alignment = .left, _ content: Content = .text) {
            self.title = title
            self.alignment = alignment
            self.content = content
        }

        /// Creates a column of free text.
        static func note(_ title: String) -> Column { Column(title, .left, .note) }

        /// Creates a column of handles, numbers, statuses or codes.
        static func code(_ title: String, _ alignment: Alignment = .left) -> Column {
            Column(title, alignment, .code)
        }

        /// Creates a column of times, references or phone numbers.
        static func exact(_ title: String, _ alignment: Alignment = .left) -> Column {
            Column(title, alignment, .exact)
        }

        /// Returns the column as an optional one: it is left out, after those of a lower order, if names would be cut.
        func optional(_ order: Int) -> Column {
            var column = self
            column.omission = order
            return column
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column], rows: [[String]] = []) {
        self.columns = columns
        rows.forEach { append($0) }
    }

    /// Adds a row; cells beyond the last column are dropped, missing ones are empty.
    mutating func append(_ cells: [String]) {
        let padded = cells + Array(repeating: "", count: max(0, columns.count - cells.count))
        rows.append(padded.prefix(columns.count).map(\.visible))
    }

    /// Returns the lines in the width and the colours of a console.
    func text(on console: Console) -> String { text(width: console.width, colored: console.isColored) }

    /// Returns the lines without trailing blanks; the header is dim and problems are red if colour is used.
    ///
    /// Columns without any value are left out, and optional ones if the lines would not fit with readable names.
    ///
    /// - Parameters:
    ///   - width: The width into which the lines fit; cells are cut with an ellipsis. `nil` for no limit.
    ///   - colored: Whether colour is used.
    /// - Returns: The header and a line for each row.
    func text(width: Int? = nil, colored: Bool = false) -> String {
        let filled = withoutEmptyColumns.withoutOptionalColumns(fitting: width)
        return filled.lines(width: width, colored: colored).joined(separator: "\n")
    }

    /// The table without the columns that no row has a value for.
    private var withoutEmptyColumns: Table {
        let kept = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        return kept.isEmpty ? self : keeping(kept)
    }

    private func keeping(_ kept: [Int]) -> Table {
        var table = Table(kept.map { columns[$0] })
        table.rows = rows.map { row in kept.map { row[$0] } }
        return table
    }

    private func withoutOptionalColumns(fitting limit: Int?) -> Table {
        guard let limit else { return self }
        var table = self
        while table.readableWidth > limit {
            let orders = table.columns.map(\.omission)
            guard let first = orders.compactMap(\.self).min() else { break }
            table = table.keeping(orders.indices.filter { orders[$0] != first })
        }
        return table
    }

    /// The width of the lines in which names have up to 15 characters, and free text up to 8.
    private var readableWidth: Int {
        let widths = zip(columns, wholeWidths).map { column, width in
            switch column.content {
            case .note: min(width, 8)
            case .text: min(width, 15)
            case .code, .exact: width
            }
        }
        return widths.reduce(2 * (columns.count - 1), +)
    }

    /// The widths of the columns without cuts.
    private var wholeWidths: [Int] {
        let lines = [columns.map(\.title)] + rows
        return columns.indices.map { column in lines.map { displayWidth($0[column]) }.max() ?? 0 }
    }

    private func lines(width: Int?, colored: Bool) -> [String] {
        let titles = columns.map(\.title)
        let widths = widths(fitting: width)
        let header = Style.dim(line(titles, widths: widths, colored: false), when: colored)
        return [header] + rows.map { line($0, widths: widths, colored: colored) }
    }

    /// Returns the widths of the columns; the widest ones are narrowed until the lines fit, if that is possible without
    /// cutting times, references and phone numbers.
    private func widths(fitting limit: Int?) -> [Int] {
        var widths = wholeWidths
        guard let limit else { return widths }
        // Columns whose values people compare or type are cut last.
        let steps: [(least: Int, canCut: (Column.Content) -> Bool)] = [
            (8, { $0 == .note }), (6, { $0 == .note || $0 == .text }), (12, { $0 != .exact }),
            (4, { $0 == .note || $0 == .text }), (6, { $0 != .exact }),
        ]
        for (least, canCut) in steps {
            while widths.reduce(2 * (columns.count - 1), +) > limit {
                let candidates = columns.indices.filter { canCut(columns[$0].content) && widths[$0] > least }
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
            }
        }
        return widths
    }

    private func line(_ cells: [String], widths: [Int], colored: Bool) -> String {
        let last = cells.lastIndex { !$0.isEmpty } ?? 0
        return cells.prefix(last + 1).enumerated().map { index, whole in
            let cell = whole.truncated(to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - displayWidth(cell))
            let shown = Style.status(cell, of: whole, inStatusColumn: columns[index].title == "STATUS", when: colored)
            if columns[index].alignment == .right { return padding + shown }
            return index == last ? shown : shown + padding
        }.joined(separator: "  ")
    }
}

/// One record as aligned lines of label and value.
///
/// Values may contain text from outside: their control characters are made visible.
struct KeyValueTable {
    private var lines: [(label: String, value: String)] = []

    /// Creates a table of the lines that have a value.
    init(_ lines: KeyValuePairs<String, String?>) {
        for (label, value) in lines {
            append(label, [value].compactMap(\.self))
        }
    }

    /// Adds values below each other, with the label beside the first.
    mutating func append(_ label: String, _ values: [String]) {
        for (index, value) in values.enumerated() {
            lines.append((label: index == 0 ? label : "", value: value.visible))
        }
    }

    /// Returns the lines in the width and the colours of a console.
    func text(on console: Console) -> String { text(width: console.width, colored: console.isColored) }

    /// Returns the lines; labels are dim if colour is used.
    ///
    /// - Parameters:
    ///   - width: The width into which the lines fit; values are wrapped between words. `nil` for no limit.
    ///   - colored: Whether colour is used.
    /// - Returns: At least one line for each value.
    func text(width: Int? = nil, colored: Bool = false) -> String {
        let labels = lines.map { displayWidth($0.label) }.max() ?? 0
        return lines.flatMap { line in
            let values = width.map { line.value.wrapped(to: max(20, $0 - labels - 2)) } ?? [line.value]
            return values.enumerated().map { index, value in
                Style.dim((index == 0 ? line.label : "").padded(to: labels), when: colored) + "  "
                    + (index == 0 && line.label == "Status" ? Style.leadingStatus(value, when: colored) : value)
            }
        }.joined(separator: "\n")
    }
}
