/// The colours of statuses: problems are red, successes green, waiting messages yellow, and what no longer counts is dim.
extension Style {
    /// The words that are red wherever they fill a cell.
    private static let problems: Set<String> = ["failed", "unknown", "away", "dead", "paused"]

    /// Returns a cell of a table in the colour of its status.
    ///
    /// - Parameters:
    ///   - cell: The cell, which may be cut.
    ///   - status: The whole text of the cell.
    ///   - isStatusColumn: Whether the column has statuses; in other columns only problems are marked.
    ///   - colored: Whether colour is used.
    /// - Returns: The cell.
    static func status(
        _ cell: String, of status: String, inStatusColumn isStatusColumn: Bool, when colored: Bool
    ) -> String {
        guard isStatusColumn || problems.contains(status) else { return cell }
        return self.status(cell, of: status, when: colored)
    }

    /// Returns a text whose first word, before a colon, is in the colour of its status: `skipped: superseded`.
    static func leadingStatus(_ text: String, when colored: Bool) -> String {
        let status = String(text.prefix { $0 != ":" })
        return self.status(status, of: status, when: colored) + text.dropFirst(status.count)
    }

    /// Returns a text in the colour of a status.
    static func status(_ text: String, of status: String, when colored: Bool) -> String {
        switch status {
        case "attended", "sent": green(text, when: colored)
        case "queued": yellow(text, when: colored)
        case "cancelled", "skipped": dim(text, when: colored)
        case "no-show": red(text, when: colored)
        case let status where problems.contains(status): red(text, when: colored)
        default: text
        }
    }
}
