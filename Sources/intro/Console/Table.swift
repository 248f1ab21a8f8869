/// A text table with aligned columns.
///
/// Cells may contain text from outside: their control characters are made visible.
struct Table {
    /// One column: its title and its alignment.
    struct Column {
        /// The alignment of the cells.
        enum Alignment {
            case left
            case right
        }

        let title: String
        let alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
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

    /// Returns the lines without trailing blanks; the header is dim if colour is used.
    func text(colored: Bool = false) -> String {
        let titles = columns.map(\.title)
        let widths = columns.indices.map { column in
            ([titles] + rows).map { displayWidth($0[column]) }.max() ?? 0
        }
        let header = Style.dim(line(titles, widths: widths), when: colored)
        return ([header] + rows.map { line($0, widths: widths) }).joined(separator: "\n")
    }

    private func line(_ cells: [String], widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - displayWidth(cell))
            text += (index == 0 ? "" : "  ") + (columns[index].alignment == .left ? cell + padding : padding + cell)
        }
        return String(text.reversed().drop { $0 == " " }.reversed())
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

    /// Returns the lines; labels are dim if colour is used.
    func text(colored: Bool = false) -> String {
        let width = lines.map { displayWidth($0.label) }.max() ?? 0
        return lines.map { line in
            Style.dim(line.label.padded(to: width), when: colored) + "  " + line.value
        }.joined(separator: "\n")
    }
}
