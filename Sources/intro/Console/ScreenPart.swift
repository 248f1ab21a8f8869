/// One line of a screen, with one look.
struct ScreenLine: Equatable, Sendable {
    /// How a line looks where colour is welcome.
    enum Look: Sendable {
        case plain, heading, label, alarming
    }

    let text: String
    let look: Look

    /// A line of text; what a terminal would act on is written out.
    init(_ text: String, _ look: Look = .plain) {
        self.text = text.visible
        self.look = look
    }

    /// The line, cut so that it takes no more than some columns.
    func text(columns: Int, colored: Bool) -> String {
        let shown = cut(to: columns)
        return switch look {
        case .plain: shown
        case .heading: Style.bold(shown, when: colored)
        case .label: Style.dim(shown, when: colored)
        case .alarming: Style.red(shown, when: colored)
        }
    }

    private func cut(to columns: Int) -> String {
        var width = 0
        return String(
            text.prefix { character in
                width += displayWidth(String(character))
                return width <= columns
            })
    }
}

/// Lines that belong together on a screen.
struct ScreenPart: Equatable, Sendable {
    let lines: [ScreenLine]

    init(_ lines: [ScreenLine]) {
        self.lines = lines
    }

    /// A table, its titles as labels.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - nothing: What to say where it has no rows.
    init(_ table: Table, orElse nothing: String) {
        let texts = table.text().split(separator: "\n", omittingEmptySubsequences: false)
        let rows = texts.dropFirst().map { ScreenLine(String($0)) }
        lines = rows.isEmpty ? [ScreenLine(nothing, .label)] : [ScreenLine(String(texts[0]), .label)] + rows
    }

    /// Parts below each other, an empty line between them, cut where they are longest until they fit.
    ///
    /// - Parameters:
    ///   - parts: The parts.
    ///   - rows: How many lines there may be.
    /// - Returns: The lines.
    static func lines(_ parts: [ScreenPart], rows: Int) -> [ScreenLine] {
        var heights = parts.map(\.lines.count)
        while heights.reduce(parts.count - 1, +) > rows, let longest = heights.max(), longest > 2 {
            heights[heights.lastIndex(of: longest) ?? 0] -= 1
        }
        let shown = zip(parts, heights).map { $0.lines(atMost: $1) }
        return Array(shown.joined(separator: [ScreenLine("")]).prefix(rows))
    }

    private func lines(atMost height: Int) -> [ScreenLine] {
        guard lines.count > height else { return lines }
        return lines.prefix(height - 1) + [ScreenLine("… \(lines.count - height + 1) more", .label)]
    }
}
