extension Collection<String> {
    /// The name that was most likely meant; `nil` where none is near.
    func nearest(to written: String) -> String? {
        // Nobody means a name by a longer text, and the comparison is quadratic.
        guard written.utf8.count <= 40 else { return nil }
        let octets = Array(written.lowercased().utf8)
        return map { (name: $0, edits: Self.edits(octets, Array($0.lowercased().utf8))) }
            .filter { $0.edits <= Swift.max(1, octets.count / 3) }
            .min { ($0.edits, $0.name) < ($1.edits, $1.name) }?.name
    }

    /// How many letters must be added, dropped, replaced or swapped with their neighbour.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, octet) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var edits = Swift.min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (octet == other ? 0 : 1))
                if i > 0, j > 0, octet == right[j - 1], left[i - 1] == other {
                    edits = Swift.min(edits, rows[i - 1][j - 1] + 1)
                }
                row.append(edits)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
