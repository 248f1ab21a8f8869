import FoundationEssentials
import FoundationInternationalization

/// The names of time zones, and which of them somebody may have meant.
enum ZoneNames {
    /// Whether a name has the form `Area/Location`, so that it names a place rather than an offset.
    static func isWellFormed(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (2...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.utf8.first?.isASCIILetter == true
                    && part.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_-+".utf8.contains($0) }
            }
    }

    /// What to type instead of an unknown name: up to three near ones.
    static func hint(for name: String) -> String {
        let near = near(name)
        return near.isEmpty
            ? "write a name of the IANA database, like America/Los_Angeles"
            : "did you mean \(near.joined(separator: ", "))?"
    }

    /// Up to three known names, the nearest first.
    static func near(_ name: String) -> [String] {
        // Nobody means a zone by a longer text, and the comparison is quadratic.
        guard (2...40).contains(name.utf8.count) else { return [] }
        if let place = TimeZone.abbreviationDictionary[name.uppercased()] { return [place] }
        let typed = name.lowercased().replacing(" ", with: "_")
        let scored = known.map { (name: $0, distance: distance(typed, $0.lowercased())) }
        return scored.filter { $0.distance <= max(1, typed.utf8.count / 3) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }

    /// Foundation lists some zones by a name that the database has since replaced; people type the new one.
    private static var known: Set<String> {
        let renamed = [
            "America/Argentina/Buenos_Aires", "America/Nuuk", "Asia/Ho_Chi_Minh", "Asia/Kathmandu", "Asia/Kolkata",
            "Asia/Yangon", "Europe/Kyiv", "UTC",
        ]
        return Set(TimeZone.knownTimeZoneIdentifiers).union(renamed).filter { $0 == "UTC" || isWellFormed($0) }
    }

    /// How far a typed name is from a zone's: from its location alone where no area was typed.
    private static func distance(_ typed: String, _ zone: String) -> Int {
        let whole = edits(Array(typed.utf8), Array(zone.utf8))
        guard !typed.contains("/"), let location = zone.split(separator: "/").last else { return whole }
        return min(whole, edits(Array(typed.utf8), Array(location.utf8)))
    }

    /// The Levenshtein distance: how many letters must be added, dropped or replaced.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
